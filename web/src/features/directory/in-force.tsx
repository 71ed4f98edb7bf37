/** How soon a change is in force: two figures in words, and how the others lie around them. */
import { useIntl } from "react-intl";
import { useT } from "../../i18n";
import type { InForce } from "./api";
import { seconds } from "./status";

export function InForceFigure({ day, week }: { day: InForce; week: InForce }) {
  const t = useT();
  const intl = useIntl();
  const isDay = day.enforced !== null;
  const told = isDay ? day : week;
  const number = (milliseconds: number) =>
    intl.formatNumber(seconds(milliseconds), { maximumFractionDigits: 2 });
  return (
    <section className="in-force">
      <h3>{t("directory.inForce")}</h3>
      {told.enforced ? (
        <>
          <p>
            {t("directory.inForceText", {
              median: number(told.enforced.p50_ms),
              most: number(told.enforced.p99_ms),
            })}
          </p>
          <Bars told={told} />
          <p className="fine">
            {t(isDay ? "directory.inForceDay" : "directory.inForceWeek", {
              count: told.measured,
              p95: number(told.enforced.p95_ms),
              max: number(told.enforced.max_ms),
            })}
          </p>
        </>
      ) : (
        <p className="fine">
          {week.stored
            ? t("directory.inForceStored", { median: number(week.stored.p50_ms), count: week.runs })
            : t("directory.inForceNone")}
        </p>
      )}
    </section>
  );
}

function Bars({ told }: { told: InForce }) {
  const t = useT();
  const intl = useIntl();
  const most = Math.max(...told.buckets.map((bucket) => bucket.count), 1);
  const bound = (at: number | null) =>
    at === null
      ? "∞"
      : t("directory.seconds", { count: intl.formatNumber(at / 1000, { maximumFractionDigits: 2 }) });
  return (
    <ul className="bars" aria-label={t("directory.bars")}>
      {told.buckets.map((bucket) => (
        <li key={bucket.up_to_ms ?? "more"}>
          <span className="visually-hidden">
            {bucket.up_to_ms === null
              ? t("directory.barLonger", { count: bucket.count })
              : t("directory.bar", { bound: bound(bucket.up_to_ms), count: bucket.count })}
          </span>
          <svg className="bar" viewBox="0 0 10 40" preserveAspectRatio="none" aria-hidden="true">
            <rect
              x="0"
              width="10"
              y={40 - (bucket.count === 0 ? 0.5 : Math.max(2, (bucket.count / most) * 40))}
              height="40"
            />
          </svg>
          <small aria-hidden="true">{bound(bucket.up_to_ms)}</small>
        </li>
      ))}
    </ul>
  );
}
