/** Rules as sentences: what they say to people, when they hold, why they are there. */
import { useState } from "react";
import { type Translate, useLanguage, useT } from "../../i18n";
import { Button } from "../../ui/button";
import type { Rule } from "./api";
import { columnName, VALUES, valueName } from "./words";

interface RuleListProps {
  rules: Rule[];
  /** The rules of the version before: what differs is marked. */
  before?: Rule[];
  onEdit?: (rule: Rule) => void;
  onRemove?: (rule: Rule) => void;
}

/** When the rule holds, in words. */
export function when(t: Translate, rule: Rule): string {
  return Object.entries(rule.when)
    .map(
      ([column, values]) =>
        `${columnName(t, column)}: ${values.map((value) => valueName(t, column, value)).join(", ")}`,
    )
    .join("; ");
}

export function RuleList({ rules, before, onEdit, onRemove }: RuleListProps) {
  const t = useT();
  const language = useLanguage();
  const [action, setAction] = useState("");
  const shown = rules.filter((rule) => !action || !rule.when.act || rule.when.act.includes(action));
  const isChanged = (rule: Rule) =>
    before !== undefined &&
    JSON.stringify(before.find((one) => one.id === rule.id) ?? null) !== JSON.stringify(rule);
  return (
    <>
      <label className="field policy-filter">
        <span>{columnName(t, "act")}</span>
        <select value={action} onChange={(event) => setAction(event.target.value)}>
          <option value="">{t("policy.allActions")}</option>
          {VALUES.act.map((value) => (
            <option key={value} value={value}>
              {valueName(t, "act", value)}
            </option>
          ))}
        </select>
      </label>
      <ul className="policy-rules">
        {shown.map((rule) => (
          <li key={rule.id} data-effect={rule.effect} data-changed={isChanged(rule) || undefined}>
            <span className="policy-rule-id">
              {rule.id}
              {rule.hard && <small>{t("policy.hard")}</small>}
            </span>
            <span className="policy-rule-text">
              <strong>{language === "ru" ? rule.sentence_ru : rule.sentence_en}</strong>
              <span>{when(t, rule)}</span>
              <small lang="en">
                {rule.why} · {rule.owner} · {rule.legal_basis} · {t("policy.reviewBy", { date: rule.review })}
              </small>
            </span>
            {(onEdit || onRemove) && (
              <span className="row-actions">
                {onEdit && <Button onClick={() => onEdit(rule)}>{t("policy.edit")}</Button>}
                {onRemove && (
                  <Button look="quiet" onClick={() => onRemove(rule)}>
                    {t("policy.remove")}
                  </Button>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
