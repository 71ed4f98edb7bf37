/** A moment of the last year: typed to the minute, or moved along a slider that shows where something changed. */
import { useEffect, useId, useState } from "react";
import { FormattedDate } from "react-intl";
import { useT } from "../../i18n";
import { Button, IconButton } from "../../ui/button";
import { useDebounced } from "../../ui/use-debounced";
import { MomentInput } from "./moment-input";
import { atDay, DAYS, dayOf, daysBefore, neighbour } from "./moments";

interface MomentFieldProps {
  label: string;
  hint?: string;
  /** None: now. */
  value: string | null;
  now: number;
  /** When something changed; none where that is not known. */
  marks?: string[];
  onChange: (moment: string | null) => void;
}

/** Every moment that is asked about is put on record: a slider on its way asks nothing. */
const STOOD_STILL_MS = 450;

export function MomentField({ label, hint, value, now, marks, onChange }: MomentFieldProps) {
  const t = useT();
  const hintId = useId();
  return (
    <div className="moment">
      <div className="moment-line">
        <MomentInput
          label={label}
          value={value}
          onChange={onChange}
          describedBy={hint ? hintId : undefined}
        />
        <Button look={value ? "plain" : "quiet"} disabled={!value} onClick={() => onChange(null)}>
          {t("compliance.now")}
        </Button>
        {marks && marks.length > 0 && <Steps marks={marks} value={value} onChange={onChange} />}
      </div>
      {hint && (
        <small className="fine" id={hintId}>
          {hint}
        </small>
      )}
      <Slider
        key={value ?? "now"}
        label={label}
        value={value}
        now={now}
        marks={marks ?? []}
        onChange={onChange}
      />
    </div>
  );
}

/** From one change to the next, just after it happened or just before. */
function Steps({ marks, value, onChange }: Required<Pick<MomentFieldProps, "marks" | "value" | "onChange">>) {
  const t = useT();
  const [before, after] = [neighbour(marks, value, -1), neighbour(marks, value, 1)];
  return (
    <span className="moment-steps">
      <IconButton
        icon="back"
        label={t("compliance.changeBefore")}
        disabled={!before}
        onClick={() => before && onChange(before)}
      />
      <IconButton
        icon="right"
        label={t("compliance.changeAfter")}
        disabled={!after}
        onClick={() => after && onChange(after)}
      />
    </span>
  );
}

function Slider({ label, value, now, marks, onChange }: Required<Omit<MomentFieldProps, "hint">>) {
  const t = useT();
  const start = dayOf(value, now);
  const [day, setDay] = useState(start);
  const settled = useDebounced(day, STOOD_STILL_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a slider that was moved and stands still asks.
  useEffect(() => {
    if (settled !== start) onChange(atDay(settled, now));
  }, [settled]);
  const shown = atDay(day, now) ?? new Date(now).toISOString();
  // The last day has moments that are not now.
  const isNow = day >= DAYS && value === null;
  const days = [...new Set(marks.map((at) => dayOf(at, now)))].filter((one) => one > 0);
  return (
    <div className="slider">
      <input
        type="range"
        min={0}
        max={DAYS}
        value={day}
        aria-label={t("compliance.slider", { field: label })}
        aria-valuetext={isNow ? t("compliance.now") : new Date(shown).toDateString()}
        onChange={(event) => setDay(Number(event.target.value))}
      />
      <svg className="slider-marks" viewBox={`0 0 ${DAYS} 6`} preserveAspectRatio="none" aria-hidden="true">
        {days.map((at) => (
          <line key={at} x1={at} x2={at} y1="0" y2="6" />
        ))}
      </svg>
      <div className="slider-ends fine">
        <FormattedDate value={daysBefore(null, DAYS, now)} month="short" year="numeric" />
        <span aria-hidden="true">
          {isNow ? (
            t("compliance.now")
          ) : (
            <FormattedDate value={shown} day="numeric" month="long" year="numeric" />
          )}
        </span>
        <span>{days.length > 0 && t("compliance.marks", { count: days.length })}</span>
      </div>
    </div>
  );
}
