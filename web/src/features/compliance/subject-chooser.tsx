/** What a question about the past is about: a conversation or a person, found by name. */
import { useId, useState } from "react";
import { useT } from "../../i18n";
import type { Subject } from "./api";
import { PersonField } from "./person-field";
import { PlacePicker } from "./place-picker";

interface SubjectChooserProps {
  subject: Subject | null;
  onChange: (subject: Subject) => void;
}

const KINDS = ["conversation", "person"] as const;

export function SubjectChooser({ subject, onChange }: SubjectChooserProps) {
  const t = useT();
  const name = useId();
  const [kind, setKind] = useState<Subject["kind"]>(subject?.kind ?? "conversation");
  return (
    <div className="subject-chooser">
      <fieldset className="choice-row">
        <legend>{t("compliance.about")}</legend>
        {KINDS.map((one) => (
          <label key={one}>
            <input type="radio" name={name} checked={kind === one} onChange={() => setKind(one)} />
            <span>{t(`compliance.about.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      {kind === "conversation" ? (
        <div className="field">
          <span>{t("compliance.whichPlace")}</span>
          <PlacePicker
            label={t("compliance.whichPlace")}
            chosen={[]}
            onChange={([place]) => place && onChange({ kind: "conversation", id: place.id })}
            onlyOne
          />
          <small className="fine">{t("compliance.whichPlaceHint")}</small>
        </div>
      ) : (
        <PersonField
          label={t("compliance.whichPerson")}
          value={null}
          onChange={(person) => person && onChange({ kind: "person", id: person.id })}
          hint={t("compliance.whichPersonHint")}
        />
      )}
    </div>
  );
}
