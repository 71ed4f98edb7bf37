/**
 * What the client holds of a conversation's messages, and the only functions that change it.
 *
 * `through` is the seq up to which the client knows everything that this reader may see. A message beyond
 * `through + 1` is a gap: it is fetched, never guessed. Numbers may be missing for good, where the reader may not
 * read a message; so `through` moves by what the server said, not by what arrived.
 */
import type { Message, MessagePage } from "./types";

export interface MessageWindow {
  messages: Message[];
  /** History before this seq has not been read yet. */
  from: number;
  through: number;
  hasOlder: boolean;
  /** What is held may say something else by now: changes were missed, and all of it is read again. */
  isDoubtful?: boolean;
}

export type Insertion = { window: MessageWindow; gap: false } | { window: MessageWindow; gap: true };

function merge(known: Message[], more: Message[]): Message[] {
  if (more.length === 0) return known;
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of more) {
    const former = bySeq.get(message.seq);
    bySeq.set(message.seq, former ? laterOf(former, message) : message);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Of two states of one message the later one; of the same version what was heard last. */
const laterOf = (former: Message, heard: Message): Message =>
  heard.version < former.version ? former : heard;

/** The newest page, as a conversation is opened. */
export function windowOf(page: MessagePage): MessageWindow {
  return {
    messages: page.messages,
    from: page.first_seq ?? 0,
    through: page.last_seq ?? 0,
    hasOlder: page.has_more,
  };
}

/** One message that was sent or heard of. */
export function insertMessage(window: MessageWindow, message: Message): Insertion {
  if (message.seq > window.through + 1) return { window, gap: true };
  const through = Math.max(window.through, message.seq);
  return { window: { ...window, messages: merge(window.messages, [message]), through }, gap: false };
}

/** A message that says something else now, where it is held. */
export function replaceMessage(window: MessageWindow, message: Message): MessageWindow {
  if (!window.messages.some((one) => one.id === message.id)) return window;
  return { ...window, messages: merge(window.messages, [message]) };
}

/** The answer to "what came after `through`". */
export function appendNewer(
  window: MessageWindow,
  newer: Pick<MessagePage, "messages" | "last_seq">,
): MessageWindow {
  const through = Math.max(window.through, newer.last_seq ?? 0);
  return { ...window, messages: merge(window.messages, newer.messages), through };
}

export function prependOlder(window: MessageWindow, older: MessagePage): MessageWindow {
  return {
    ...window,
    messages: merge(window.messages, older.messages),
    from: older.first_seq ?? window.from,
    hasOlder: older.has_more && older.first_seq !== null,
  };
}
