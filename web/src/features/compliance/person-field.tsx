/** Chooses one person. */
import type { PersonRef } from "../../api/types";
import { PeoplePicker } from "../people/people-picker";

interface PersonFieldProps {
  label: string;
  value: PersonRef | null;
  onChange: (person: PersonRef | null) => void;
  hint?: string;
}

export function PersonField({ label, value, onChange, hint }: PersonFieldProps) {
  return (
    <div className="field">
      <span>{label}</span>
      <PeoplePicker
        label={label}
        chosen={value ? [value] : []}
        onChange={(people) => onChange(people.at(-1) ?? null)}
      />
      {hint && <small className="fine">{hint}</small>}
    </div>
  );
}
