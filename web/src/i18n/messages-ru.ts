/** What is said about messages that were changed or answer others, in Russian. */
import type { messagesEn } from "./messages-en";

export const messagesRu: Record<keyof typeof messagesEn, string> = {
  "message.deleted": "Сообщение удалено",
  "message.deletedBy": "Сообщение удалено. Удалил(а): {name}",
  "message.deletedByAuthor": "Сообщение удалено автором",
  "message.edited": "изменено",
  "message.editedAt": "изменено {at}",
  "message.quoted": "Ответ. Автор: {name}",
  "message.quotedAbsent": "Более раннее сообщение",
};
