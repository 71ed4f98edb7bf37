/** Which conversations got something new between two readings of the list. Pure. */
import type { Conversation, Message } from "../../api/types";

export interface Arrival {
  conversation: Conversation;
  message: Message;
}

/** By the server's clock; the one of this machine may be wrong. */
const newestIn = (list: readonly Conversation[]): string =>
  list.reduce(
    (newest, { last_message: last }) => (last && last.created_at > newest ? last.created_at : newest),
    "",
  );

/** The newest message of each that has one which `before` did not know, unless it was read meanwhile. */
export function arrivalsIn(before: readonly Conversation[], after: readonly Conversation[]): Arrival[] {
  const known = new Map(before.map((one) => [one.id, one]));
  const newest = newestIn(before);
  return after.flatMap((conversation) => {
    const { last_message: message, unread_count: unread } = conversation;
    if (!message || unread === 0) return [];
    const former = known.get(conversation.id);
    // Where one was added just now, what was said there long ago is no news.
    const isNew = former ? message.seq > former.last_seq : message.created_at > newest;
    return isNew ? [{ conversation, message }] : [];
  });
}
