/** What was counted while the version was in the shadow: where it would have decided otherwise. */
import { useQuery } from "@tanstack/react-query";
import { useT } from "../../i18n";
import { Failure, Waiting } from "../../ui/notice";
import { When } from "../directory/when";
import { differencesQuery } from "./api";
import { valueName } from "./words";

export function ShadowSection({ number }: { number: number }) {
  const t = useT();
  const query = useQuery(differencesQuery(number));
  return (
    <section className="policy-section">
      <h2>{t("policy.shadow")}</h2>
      <p className="fine">{t("policy.shadowText")}</p>
      {query.isPending && <Waiting />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <p>{t("policy.shadowNone")}</p>}
      <ul className="policy-changes">
        {query.data?.map((one) => {
          const effect = one.was_allowed === one.is_allowed ? "reason" : one.was_allowed ? "lost" : "gained";
          return (
            <li key={`${one.action}${one.before_rule}${one.after_rule}`} data-effect={effect}>
              <strong>
                {t(`policy.effect.${effect}`)}: {valueName(t, "act", one.action)}
              </strong>
              <span>
                {one.before_rule} → {one.after_rule} · {t("policy.decisions", { count: one.decisions })} ·{" "}
                <When at={one.last_at} />
              </span>
              <small lang="en">{one.example}</small>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
