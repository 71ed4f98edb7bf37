/** What is said of moving about, where the first page shows it, in Russian. */
import type { movingEn } from "./moving-en";

export const movingRu: Record<keyof typeof movingEn, string> = {
  "sidebar.allRead": "Непрочитанного нет.",
  "sidebar.mute": "Без уведомлений: {name}",
  "sidebar.onlyUnread": "Только непрочитанные",
  "sidebar.showAll": "Показать все беседы",
  "sidebar.unmute": "Вернуть уведомления: {name}",
  "switcher.direct": "Новое личное сообщение",
};
