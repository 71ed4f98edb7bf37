/** What may be done with a message, in the order in which it is offered. The server has the last word. Pure. */
import type { Conversation, MessageLimits } from "../../api/types";
import { isOpen } from "../../ui/label";
import { isGone, type Row } from "./rows";

export type Action = "reply" | "edit" | "copy" | "history" | "lower" | "delete";

interface Circumstances {
  conversation: Pick<Conversation, "kind" | "can" | "archived_at">;
  myId: string;
  limits: MessageLimits | undefined;
  now: number;
}

const MINUTE_MS = 60_000;

const isTimely = (row: Row, minutes: number, now: number): boolean =>
  now < Date.parse(row.at) + minutes * MINUTE_MS;

export function canEdit(row: Row, { conversation, myId, limits, now }: Circumstances): boolean {
  if (row.id === null || isGone(row) || row.notice || row.isDowngraded || row.author.id !== myId)
    return false;
  // In another hat one may write where one's own does not let one.
  const mayWrite = conversation.can.includes("post") || row.hat !== "own";
  return mayWrite && !conversation.archived_at && limits != null && isTimely(row, limits.edit_minutes, now);
}

function canDelete(row: Row, { conversation, myId, limits, now }: Circumstances): boolean {
  if (conversation.archived_at) return false;
  // Whoever keeps a group or a channel in order takes back what anybody said there.
  if (conversation.kind !== "direct" && conversation.can.includes("delete_messages")) return true;
  return row.author.id === myId && limits != null && isTimely(row, limits.delete_minutes, now);
}

export function actionsOf(row: Row, circumstances: Circumstances): Action[] {
  if (row.id === null || isGone(row) || row.notice) return [];
  const { can } = circumstances.conversation;
  const lowers = can.includes("ask_lower_label") && row.label !== null && !isOpen(row.label);
  const offered: Record<Action, boolean> = {
    reply: can.includes("post"),
    edit: canEdit(row, circumstances),
    copy: row.body !== "",
    history: row.editedAt !== null,
    lower: lowers,
    delete: canDelete(row, circumstances),
  };
  return (Object.keys(offered) as Action[]).filter((action) => offered[action]);
}
