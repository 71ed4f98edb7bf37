/** Begins to change the last thing that one said, as the Up arrow in an empty composer does. */
import type { QueryClient } from "@tanstack/react-query";
import { keys } from "../../api/keys";
import type { MessageWindow } from "../../api/messages";
import type { Conversation, Id, MeAnswer } from "../../api/types";
import { beginEdit } from "../composer/editing";
import { canEdit } from "./actions-of";
import { buildRows } from "./rows";

export function editLast(client: QueryClient, conversationId: Id, now = Date.now()): void {
  const answer = client.getQueryData<MeAnswer>(keys.me);
  const conversation = client.getQueryData<Conversation>(keys.conversation(conversationId));
  const window = client.getQueryData<MessageWindow>(keys.messages(conversationId));
  if (!answer || !conversation || !window) return;
  const { me, messages: limits } = answer;
  const mine = window.messages.filter((message) => message.author.id === me.id && !message.deleted_at);
  // Only the last one: what was said before it is chosen by hand.
  const last = buildRows(mine.slice(-1), [], me, null)[0];
  if (last?.id && canEdit(last, { conversation, myId: me.id, limits, now }))
    beginEdit(conversationId, last.id, last.body);
}
