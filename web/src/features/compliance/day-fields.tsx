/** A period by its first and its last day. */

import { dayBegins, dayEnds } from "../../days";
import { useT } from "../../i18n";
import { dayField, lastDayField } from "./moments";

interface DayFieldsProps {
  from: string | null;
  until: string | null;
  onFrom: (from: string | null) => void;
  onUntil: (until: string | null) => void;
}

export function DayFields({ from, until, onFrom, onUntil }: DayFieldsProps) {
  const t = useT();
  return (
    <div className="field-pair field-pair-dense">
      <label className="field">
        <span>{t("compliance.fromDay")}</span>
        <input
          type="date"
          value={dayField(from)}
          onChange={(event) => onFrom(event.target.value ? dayBegins(event.target.value) : null)}
        />
      </label>
      <label className="field">
        <span>{t("compliance.untilDay")}</span>
        <input
          type="date"
          value={lastDayField(until)}
          onChange={(event) => onUntil(event.target.value ? dayEnds(event.target.value) : null)}
        />
      </label>
    </div>
  );
}
