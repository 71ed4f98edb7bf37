/** What is said of moving about, where the first page shows it, in English. */
export const movingEn = {
  "sidebar.allRead": "Nothing is unread.",
  "sidebar.mute": "Mute: {name}",
  "sidebar.onlyUnread": "Only unread",
  "sidebar.showAll": "Show all conversations",
  "sidebar.unmute": "Unmute: {name}",
  "switcher.direct": "New direct message",
} as const;
