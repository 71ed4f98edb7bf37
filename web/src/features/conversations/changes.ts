/** Has a message say something else, or nothing: shown at once, and taken back where the server refuses it. */
import type { QueryClient } from "@tanstack/react-query";
import { request } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import type { MessageWindow } from "../../api/messages";
import type { Id, Message } from "../../api/types";
import { applyChange } from "../../realtime/apply-event";
import { endEdit, refuseEdit } from "../composer/editing";
import type { Edit } from "../composer/edits";
import { currentLanguage } from "../settings/preferences";

const pathOf = (conversationId: Id, id: Id) => `/conversations/${conversationId}/messages/${id}`;

async function ask(method: "PATCH" | "DELETE", conversationId: Id, id: Id, body?: unknown): Promise<Message> {
  const answer = await request(method, pathOf(conversationId, id), body);
  return ((await answer.json()) as { message: Message }).message;
}

export const heldMessage = (client: QueryClient, conversationId: Id, id: Id): Message | undefined =>
  client.getQueryData<MessageWindow>(keys.messages(conversationId))?.messages.find((one) => one.id === id);

/** What was written is not lost where it is refused: it comes back with the server's sentence. */
export async function saveEdit(client: QueryClient, conversationId: Id, edit: Edit): Promise<void> {
  const before = heldMessage(client, conversationId, edit.id);
  const body = edit.text.trim();
  if (before) applyChange(client, { ...before, body, edited_at: new Date().toISOString() });
  endEdit(conversationId, edit.id);
  try {
    applyChange(client, await ask("PATCH", conversationId, edit.id, { body }));
  } catch (caught) {
    const error = asApiError(caught);
    // Unless it has changed meanwhile, it says again what it said.
    const held = heldMessage(client, conversationId, edit.id);
    if (before && held?.version === before.version && held.body === body) applyChange(client, before);
    refuseEdit(conversationId, { ...edit, error: sentenceOf(error) });
  }
}

/** The server's sentence; empty where it did not answer. */
export function sentenceOf({ decision, detail }: ReturnType<typeof asApiError>): string {
  if (!decision) return detail.message ?? "";
  return currentLanguage() === "ru" ? decision.message_ru : decision.message_en;
}

export async function deleteMessage(client: QueryClient, conversationId: Id, id: Id): Promise<void> {
  const left = await ask("DELETE", conversationId, id);
  applyChange(client, left);
  client.removeQueries({ queryKey: keys.versions(conversationId, id) });
}
