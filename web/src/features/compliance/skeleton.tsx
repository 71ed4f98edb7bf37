/** Lines in the place of what is on its way, so that the page does not jump when it comes. */
import { useT } from "../../i18n";

export function Skeleton({ lines = 6 }: { lines?: number }) {
  const t = useT();
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{t("common.loading")}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="skeleton-line" aria-hidden="true" />
      ))}
    </div>
  );
}
