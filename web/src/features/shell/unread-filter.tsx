/** Takes the sidebar down to what is unread, and says so where nothing is. */
import { useT } from "../../i18n";
import { onlyUnread } from "./sidebar-model";

export function UnreadToggle() {
  const t = useT();
  const isOn = onlyUnread.use((value) => value);
  return (
    <button
      type="button"
      className="icon-button"
      aria-pressed={isOn}
      aria-label={t("sidebar.onlyUnread")}
      title={t("sidebar.onlyUnread")}
      onClick={() => onlyUnread.set(() => !isOn)}
    >
      <svg className="icon" viewBox="0 0 20 20" width={20} height={20} aria-hidden="true" focusable="false">
        <path d="M3 5.500h14M5.500 10h9M8 14.500h4" />
      </svg>
    </button>
  );
}

export function AllRead() {
  const t = useT();
  return (
    <div className="sidebar-empty" role="status">
      <p>{t("sidebar.allRead")}</p>
      <button type="button" className="sidebar-more" onClick={() => onlyUnread.set(() => false)}>
        {t("sidebar.showAll")}
      </button>
    </div>
  );
}
