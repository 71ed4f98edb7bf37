/** The strings of what is done with a message: they come with the parts that do it, and the first page does without them. */
import { apart } from "./apart";
import { messageActionsEn } from "./message-actions-en";
import { messageActionsRu } from "./message-actions-ru";

export type ActionId = keyof typeof messageActionsEn;

export const { useSay: useActionT } = apart<ActionId>(messageActionsEn, messageActionsRu);
