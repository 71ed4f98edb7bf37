/**
 * What the client holds of a conversation's messages, and the only functions that change it.
 *
 * `through` is the seq up to which the client knows everything that this reader may see. A message beyond
 * `through + 1` is a gap: it is fetched, never guessed. Numbers may be missing for good, where the reader may not
 * read a message; so `through` moves by what the server said, not by what arrived.
 */
import type { Message } from "./types";

export interface MessageWindow {
  messages: Message[];
  through: number;
  hasOlder: boolean;
}

export type Insertion = { window: MessageWindow; gap: false } | { window: MessageWindow; gap: true };

function merge(known: Message[], more: Message[]): Message[] {
  if (more.length === 0) return known;
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of more) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** The newest page, as a conversation is opened. */
export function windowOf(messages: Message[], hasOlder: boolean): MessageWindow {
  return { messages, through: messages.at(-1)?.seq ?? 0, hasOlder };
}

/** One message that was sent or heard of. */
export function insertMessage(window: MessageWindow, message: Message): Insertion {
  if (message.seq > window.through + 1) return { window, gap: true };
  const through = Math.max(window.through, message.seq);
  return { window: { ...window, messages: merge(window.messages, [message]), through }, gap: false };
}

/** The answer to "what came after `through`". */
export function appendNewer(window: MessageWindow, newer: Message[], knownThrough: number): MessageWindow {
  const through = Math.max(window.through, knownThrough, newer.at(-1)?.seq ?? 0);
  return { ...window, messages: merge(window.messages, newer), through };
}

export function prependOlder(window: MessageWindow, older: Message[], hasOlder: boolean): MessageWindow {
  return { ...window, messages: merge(window.messages, older), hasOlder };
}
