/** One rule, chosen from what the vocabulary has: nothing is typed but its sentences and its reason. */
import { type FormEvent, useState } from "react";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import type { Rule } from "./api";
import { COLUMNS, columnName, VALUES, valueName } from "./words";

interface RuleDialogProps {
  rule: Rule;
  /** Whether it is new: then its code may be chosen. */
  isNew: boolean;
  taken: string[];
  onDone: (rule: Rule) => void;
  onClose: () => void;
}

const TEXTS = ["sentence_ru", "sentence_en", "why", "owner", "legal_basis"] as const;

export function RuleDialog({ rule: given, isNew, taken, onDone, onClose }: RuleDialogProps) {
  const t = useT();
  const [rule, setRule] = useState(given);
  const isTaken = isNew && taken.includes(rule.id);
  // What this client does not know of the rule's values stays, and is shown by its own name.
  const offered = (column: (typeof COLUMNS)[number]) => [
    ...new Set([...VALUES[column], ...(given.when[column] ?? [])]),
  ];
  const toggle = (column: (typeof COLUMNS)[number], value: string) => {
    const held = rule.when[column] ?? offered(column);
    const next = held.includes(value) ? held.filter((one) => one !== value) : [...held, value];
    const inOrder = offered(column).filter((one) => next.includes(one));
    const { [column]: _, ...others } = rule.when;
    // All of them is the same as no column at all; none would never hold.
    const all = inOrder.length === offered(column).length || inOrder.length === 0;
    setRule({ ...rule, when: all ? others : { ...others, [column]: inOrder } });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isTaken) onDone(rule);
  };
  return (
    <Dialog title={t("policy.ruleTitle", { id: rule.id })} onClose={onClose}>
      <form className="form policy-rule-form" onSubmit={submit}>
        {isNew && (
          <label className="field">
            <span>{t("policy.ruleId")}</span>
            <input
              value={rule.id}
              required
              pattern="[AD][0-9][0-9]"
              onChange={(event) =>
                setRule({
                  ...rule,
                  id: event.target.value,
                  effect: event.target.value.startsWith("A") ? "allow" : "deny",
                })
              }
            />
            <small className="fine">{t(isTaken ? "policy.ruleIdTaken" : "policy.ruleIdHint")}</small>
          </label>
        )}
        {COLUMNS.map((column) => (
          <fieldset key={column} className="policy-column">
            <legend>
              {columnName(t, column)}
              {!rule.when[column] && <span className="fine"> · {t("policy.anyValue")}</span>}
            </legend>
            <div className="policy-values">
              {offered(column).map((value) => (
                <label key={value}>
                  <input
                    type="checkbox"
                    checked={(rule.when[column] ?? offered(column)).includes(value)}
                    onChange={() => toggle(column, value)}
                  />
                  <span>{valueName(t, column, value)}</span>
                </label>
              ))}
            </div>
          </fieldset>
        ))}
        {TEXTS.map((key) => (
          <label key={key} className="field">
            <span>{t(`policy.text.${key}`)}</span>
            <textarea
              rows={key.startsWith("sentence") ? 2 : 1}
              required
              lang={key === "sentence_ru" ? "ru" : "en"}
              value={rule[key]}
              onChange={(event) => setRule({ ...rule, [key]: event.target.value })}
            />
          </label>
        ))}
        <label className="field">
          <span>{t("policy.text.review")}</span>
          <input
            type="date"
            required
            value={rule.review}
            onChange={(event) => setRule({ ...rule, review: event.target.value })}
          />
        </label>
        {rule.effect === "deny" && (
          <>
            <label className="field">
              <span>{t("policy.text.disclose")}</span>
              <select
                value={rule.disclose}
                onChange={(event) => setRule({ ...rule, disclose: event.target.value })}
              >
                {(["full", "generic", "none"] as const).map((value) => (
                  <option key={value} value={value}>
                    {t(`policy.disclose.${value}`)}
                  </option>
                ))}
              </select>
            </label>
            <label className="check">
              <input
                type="checkbox"
                checked={rule.hard}
                onChange={(event) => setRule({ ...rule, hard: event.target.checked })}
              />
              <span>{t("policy.text.hard")}</span>
            </label>
            <label className="field">
              <span>{t("policy.text.exception")}</span>
              <select
                value={rule.exception ?? ""}
                onChange={(event) => setRule({ ...rule, exception: event.target.value || null })}
              >
                {(["", "superior", "security"] as const).map((value) => (
                  <option key={value} value={value}>
                    {t(`policy.exception.${value || "nobody"}`)}
                  </option>
                ))}
              </select>
            </label>
          </>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" type="submit" disabled={isTaken}>
            {t("policy.takeOver")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
