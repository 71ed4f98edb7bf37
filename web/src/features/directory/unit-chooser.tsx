/** Chooses a unit from the agency down: one list for each level, as far as there is one below. */
import { useQuery } from "@tanstack/react-query";
import { rootUnitsQuery, unitChildrenQuery, unitQuery } from "../../api/queries";
import type { Unit } from "../../api/types";
import { useT } from "../../i18n";

interface UnitChooserProps {
  value: string | null;
  onChange: (unit: string | null) => void;
}

export function UnitChooser({ value, onChange }: UnitChooserProps) {
  const t = useT();
  const roots = useQuery(rootUnitsQuery);
  const chosen = useQuery({ ...unitQuery(value ?? ""), enabled: value !== null });
  // From the top down, the chosen one last.
  const path: string[] = value ? [...(chosen.data?.path.map((unit) => unit.id) ?? []), value] : [];
  const levels = path.filter((id, place) => path.indexOf(id) === place);
  return (
    <fieldset className="field plain-set">
      <legend>{t("directory.unit")}</legend>
      <Level
        units={roots.data ?? []}
        value={levels[0] ?? ""}
        label={t("directory.agency")}
        onChange={(id) => onChange(id || null)}
      />
      {levels.map((id, place) => (
        <Below
          key={id}
          unit={id}
          value={levels[place + 1] ?? ""}
          onChange={(below) => onChange(below || id)}
        />
      ))}
    </fieldset>
  );
}

function Below({ unit, value, onChange }: { unit: string; value: string; onChange: (id: string) => void }) {
  const t = useT();
  const children = useQuery(unitChildrenQuery(unit));
  if (!children.data?.length) return null;
  return <Level units={children.data} value={value} label={t("directory.unitBelow")} onChange={onChange} />;
}

interface LevelProps {
  units: Unit[];
  value: string;
  label: string;
  onChange: (id: string) => void;
}

function Level({ units, value, label, onChange }: LevelProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">—</option>
      {units.map((unit) => (
        <option key={unit.id} value={unit.id}>
          {unit.name}
        </option>
      ))}
    </select>
  );
}
