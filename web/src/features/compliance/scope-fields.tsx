/** Chooses what a case or a hold is about: people, units, channels, and from when to when. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { unitQuery } from "../../api/queries";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { UnitChooser } from "../directory/unit-chooser";
import { PeoplePicker } from "../people/people-picker";
import { DayFields } from "./day-fields";
import { PlacePicker } from "./place-picker";
import { faultOf, type ScopeDraft } from "./scope-draft";

interface ScopeFieldsProps {
  scope: ScopeDraft;
  onChange: (scope: ScopeDraft) => void;
}

export function ScopeFields({ scope, onChange }: ScopeFieldsProps) {
  const t = useT();
  const change = (changed: Partial<ScopeDraft>) => onChange({ ...scope, ...changed });
  const fault = faultOf(scope);
  return (
    <fieldset className="scope-fields">
      <legend>{t("compliance.scope")}</legend>
      <div className="field">
        <span>{t("compliance.scopePlaces")}</span>
        <PlacePicker
          label={t("compliance.scopePlaces")}
          chosen={scope.places}
          onChange={(places) => change({ places })}
        />
      </div>
      <div className="field">
        <span>{t("compliance.scopePeople")}</span>
        <PeoplePicker
          label={t("compliance.scopePeople")}
          chosen={scope.people}
          onChange={(people) => change({ people })}
        />
        <small className="fine">{t("compliance.scopePeopleHint")}</small>
      </div>
      <UnitField chosen={scope.units} onChange={(units) => change({ units })} />
      <DayFields
        from={scope.from}
        until={scope.until}
        onFrom={(from) => change({ from })}
        onUntil={(until) => change({ until })}
      />
      {fault && <p className="fine">{t(`compliance.scopeFault.${fault}`)}</p>}
    </fieldset>
  );
}

interface UnitFieldProps {
  chosen: ScopeDraft["units"];
  onChange: (units: ScopeDraft["units"]) => void;
}

function UnitField({ chosen, onChange }: UnitFieldProps) {
  const t = useT();
  const [looking, setLooking] = useState<string | null>(null);
  const found = useQuery({ ...unitQuery(looking ?? ""), enabled: looking !== null });
  const add = () => {
    if (found.data) onChange([...chosen, { id: found.data.id, name: found.data.name }]);
    setLooking(null);
  };
  return (
    <details className="unit-field" open={chosen.length > 0}>
      <summary>{t("compliance.scopeUnits")}</summary>
      {chosen.length > 0 && (
        <ul className="picker-chosen" aria-label={t("compliance.scopeUnits")}>
          {chosen.map((unit) => (
            <li key={unit.id}>
              <Icon name="unit" size={16} />
              <span>{unit.name}</span>
              <button
                type="button"
                aria-label={t("picker.remove", { name: unit.name })}
                onClick={() => onChange(chosen.filter((one) => one.id !== unit.id))}
              >
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <UnitChooser value={looking} onChange={setLooking} />
      <Button icon="plus" disabled={!found.data || chosen.some((one) => one.id === looking)} onClick={add}>
        {t("compliance.addUnit")}
      </Button>
    </details>
  );
}
