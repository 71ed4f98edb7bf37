/** What a conversation is called, and the sign before its name. */
import type { Conversation, Person, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import type { IconName } from "../../ui/icon";

export function useConversationName(
  conversation: Conversation | null,
  person: Person | PersonRef | null,
): string {
  const t = useT();
  if (person) return person.display_name;
  return conversation?.partner_name?.display_name ?? conversation?.name ?? t("conversation.unnamed");
}

export function conversationIcon(conversation: Pick<Conversation, "kind" | "channel_kind">): IconName {
  if (conversation.channel_kind === "unit") return "unit";
  if (conversation.channel_kind === "crisis") return "alert";
  return conversation.kind === "channel" ? "hash" : "group";
}
