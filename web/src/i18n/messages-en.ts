/** What is said about messages that were changed or answer others, in English. */
export const messagesEn = {
  "message.deleted": "Message deleted",
  "message.deletedBy": "Message deleted by {name}",
  "message.deletedByAuthor": "Message deleted by the author",
  "message.edited": "edited",
  "message.editedAt": "edited {at}",
  "message.quoted": "Answers {name}",
  "message.quotedAbsent": "An earlier message",
} as const;
