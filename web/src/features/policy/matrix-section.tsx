/** The policy as a table: where the other one stands, against what is to be done. What differs from the version before is marked. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLanguage, useT } from "../../i18n";
import { Failure, Waiting } from "../../ui/notice";
import { matrixQuery, type Rule } from "./api";
import { columnName, VALUES, valueName } from "./words";

/** What can be chosen; the rest is what is most ordinary. */
const ASKED = ["band", "semp", "hat", "gap", "temp", "mem", "lab", "tgt", "exc", "crisis", "hours"] as const;

/** Whether something can be done to one person, or in a group or channel. */
const fits = (action: string, target: string): boolean =>
  /^(msg|label)\./.test(action) || (target === "person") !== action.startsWith("ch.");

interface MatrixSectionProps {
  number: number;
  base: number | null;
  rules: Rule[];
}

export function MatrixSection({ number, base, rules }: MatrixSectionProps) {
  const t = useT();
  const language = useLanguage();
  const [given, setGiven] = useState<Record<string, string>>({});
  const [shown, setShown] = useState<string | null>(null);
  const text = Object.entries(given)
    .map(([column, value]) => `${column}:${value}`)
    .join(",");
  const query = useQuery(matrixQuery(number, text));
  const before = useQuery({ ...matrixQuery(base ?? 0, text), enabled: base !== null }).data;
  const target = given.tgt ?? query.data?.given.tgt ?? "person";
  const isShown = (place: number) => fits(query.data?.columns[place] ?? "", target);
  const rule = rules.find((one) => one.id === shown);
  return (
    <section className="policy-section">
      <h2>{t("policy.matrix")}</h2>
      <p className="fine">{t("policy.matrixText")}</p>
      <div className="policy-given">
        {ASKED.map((column) => (
          <label key={column} className="field">
            <span>{columnName(t, column)}</span>
            <select
              value={given[column] ?? query.data?.given[column] ?? ""}
              onChange={(event) => setGiven({ ...given, [column]: event.target.value })}
            >
              {VALUES[column].map((value) => (
                <option key={value} value={value}>
                  {valueName(t, column, value)}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      {query.isPending && <Waiting />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that is wider than the page is scrolled by keyboard.
        <section className="policy-matrix" tabIndex={0} aria-label={t("policy.matrix")}>
          <table>
            <thead>
              <tr>
                <td />
                {query.data.columns
                  .filter((_, place) => isShown(place))
                  .map((column) => (
                    <th key={column} scope="col">
                      <span>{valueName(t, "act", column)}</span>
                    </th>
                  ))}
              </tr>
            </thead>
            <tbody>
              {query.data.rows.map((row, at) => (
                <tr key={row}>
                  <th scope="row">{valueName(t, "rel", row)}</th>
                  {query.data.cells[at]?.map((cell, place) => {
                    if (!isShown(place)) return null;
                    const was = before?.cells[at]?.[place];
                    const isOther = was !== undefined && (was.allow !== cell.allow || was.rule !== cell.rule);
                    return (
                      <td
                        key={query.data.columns[place]}
                        data-allow={cell.allow || undefined}
                        data-changed={isOther || undefined}
                      >
                        <button
                          type="button"
                          title={isOther ? t("policy.cellWas", { rule: was.rule }) : undefined}
                          aria-label={t(cell.allow ? "policy.cellAllows" : "policy.cellDenies", {
                            rule: cell.rule,
                          })}
                          onClick={() => setShown(cell.rule)}
                        >
                          {cell.allow ? "✓" : "✕"} {cell.rule === "default" ? "" : cell.rule}
                        </button>
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <p className="policy-shown" aria-live="polite">
        {shown &&
          (rule ? (
            <>
              <strong>{rule.id}</strong> {language === "ru" ? rule.sentence_ru : rule.sentence_en}
            </>
          ) : (
            t("policy.noRule")
          ))}
      </p>
    </section>
  );
}
