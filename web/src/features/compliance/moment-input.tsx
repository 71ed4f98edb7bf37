/** A date-time field that says what it names only when it stands still: every moment that is asked about is put on record. */
import { useEffect, useState } from "react";
import { useDebounced } from "../../ui/use-debounced";
import { fieldOf, momentOf, notAhead } from "./moments";

interface MomentInputProps {
  label: string;
  /** None: now. */
  value: string | null;
  onChange: (moment: string | null) => void;
  /** The id of what explains it. */
  describedBy?: string | undefined;
}

const STOOD_STILL_MS = 700;
/** A year that is being typed passes through the first century. */
const FIRST_YEAR = "2000";

export function MomentInput({ label, value, onChange, describedBy }: MomentInputProps) {
  const [text, setText] = useState(fieldOf(value));
  const settled = useDebounced(text, STOOD_STILL_MS);
  useEffect(() => setText(fieldOf(value)), [value]);
  const settle = (typed: string) => {
    if (typed !== fieldOf(value) && (typed === "" || typed > FIRST_YEAR))
      onChange(notAhead(momentOf(typed), Date.now()));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed and stands still is asked about.
  useEffect(() => {
    if (settled === text && settled !== "") settle(settled);
  }, [settled]);
  return (
    <label className="field">
      <span>{label}</span>
      <input
        type="datetime-local"
        value={text}
        aria-describedby={describedBy}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => settle(text)}
        onKeyDown={(event) => {
          if (event.key === "Enter") settle(text);
        }}
      />
    </label>
  );
}
