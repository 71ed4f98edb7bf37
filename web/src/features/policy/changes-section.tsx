/** What a version decides differently, over every combination of facts: what is lost first, in sentences. */
import { useQuery } from "@tanstack/react-query";
import { useLanguage, useT } from "../../i18n";
import { Failure, Waiting } from "../../ui/notice";
import { changesQuery, type Rule } from "./api";
import { valueName } from "./words";

const SIGN = { lost: "−", gained: "+", reason: "~" } as Record<string, string>;

export function ChangesSection({ number, rules }: { number: number; rules: Rule[] }) {
  const t = useT();
  const language = useLanguage();
  const query = useQuery(changesQuery(number));
  const sentence = (id: string) => {
    const rule = rules.find((one) => one.id === id);
    return rule ? (language === "ru" ? rule.sentence_ru : rule.sentence_en) : t("policy.noRule");
  };
  return (
    <section className="policy-section">
      <h2>{t("policy.changes")}</h2>
      {query.isPending && <Waiting />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <>
          <p>
            {t("policy.changesSum", {
              from: query.data.from,
              lost: query.data.lost,
              gained: query.data.gained,
              compared: query.data.compared,
            })}
          </p>
          {query.data.added.length > 0 && <p>{t("policy.added", { rules: query.data.added.join(", ") })}</p>}
          {query.data.removed.length > 0 && (
            <p>{t("policy.removed", { rules: query.data.removed.join(", ") })}</p>
          )}
          <ul className="policy-changes">
            {query.data.changes.map((change) => (
              <li key={`${change.action}${change.before}${change.after}`} data-effect={change.effect}>
                <strong>
                  <span aria-hidden="true">{SIGN[change.effect]}</span>{" "}
                  {t(`policy.effect.${change.effect as "lost" | "gained" | "reason"}`)}:{" "}
                  {valueName(t, "act", change.action)}
                </strong>
                <span>
                  {change.before} → {change.after} · {t("policy.combinations", { count: change.facts })}
                </span>
                <span>{sentence(change.after)}</span>
                <small lang="en">{change.example}</small>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
