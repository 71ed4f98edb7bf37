/** Could this person do this, to this person or there, at that moment: answered in one sentence with its rule. */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import type { PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { VALUES, valueName } from "../policy/words";
import { askDecision, type Wish } from "./api";
import { DecisionAnswer } from "./decision-answer";
import { hatOf, isBetweenPeople, isReady, type WishFields } from "./decision-wish";
import { fieldOf, momentOf, notAhead } from "./moments";
import { PersonField } from "./person-field";
import type { NamedPlace } from "./place-name";
import { PlacePicker } from "./place-picker";

const HATS = ["own", "acting", "assistant", "duty"] as const;
const EMPTY: WishFields = {
  person: null,
  action: "dm.send",
  other: null,
  place: null,
  hat: "own",
  principal: null,
  at: null,
};

export function DecisionForm() {
  const t = useT();
  const [fields, setFields] = useState<WishFields>(EMPTY);
  const asking = useMutation({ mutationFn: (wish: Wish) => askDecision(wish) });
  const change = (changed: Partial<WishFields>) => setFields({ ...fields, ...changed });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { person, action, other, place, at } = fields;
    if (!person || !isReady(fields) || asking.isPending) return;
    asking.mutate({
      person_id: person.id,
      action,
      to_person_id: other?.id,
      conversation_id: isBetweenPeople(action) ? undefined : place?.id,
      hat: hatOf(fields),
      at: at ?? undefined,
    });
  };
  return (
    <section className="panel" aria-label={t("compliance.couldThey")}>
      <h2>{t("compliance.couldThey")}</h2>
      <form className="form" onSubmit={submit}>
        <div className="field-pair">
          <PersonField
            label={t("compliance.who")}
            value={fields.person}
            onChange={(person) => change({ person })}
          />
          <What fields={fields} onChange={change} />
        </div>
        <ToWhom fields={fields} onChange={change} />
        <div className="field-pair">
          <InHat fields={fields} onChange={change} />
          <label className="field">
            <span>{t("compliance.moment")}</span>
            <input
              type="datetime-local"
              value={fieldOf(fields.at)}
              onChange={(event) => change({ at: notAhead(momentOf(event.target.value), Date.now()) })}
            />
            <small className="fine">{t("compliance.momentHint")}</small>
          </label>
        </div>
        <div className="form-actions form-actions-start">
          <Button look="primary" type="submit" disabled={!isReady(fields) || asking.isPending}>
            {t("compliance.askDecision")}
          </Button>
        </div>
      </form>
      <div aria-live="polite">
        {asking.error && (
          <p className="form-error" role="alert">
            {asApiError(asking.error).detail.message ?? t("error.network")}
          </p>
        )}
        {asking.data && <DecisionAnswer decision={asking.data} />}
      </div>
    </section>
  );
}

interface PartProps {
  fields: WishFields;
  onChange: (changed: Partial<WishFields>) => void;
}

function What({ fields, onChange }: PartProps) {
  const t = useT();
  return (
    <label className="field">
      <span>{t("compliance.doWhat")}</span>
      <select value={fields.action} onChange={(event) => onChange({ action: event.target.value })}>
        {VALUES.act.map((action) => (
          <option key={action} value={action}>
            {valueName(t, "act", action)}
          </option>
        ))}
      </select>
    </label>
  );
}

function ToWhom({ fields, onChange }: PartProps) {
  const t = useT();
  const pickPerson = (other: PersonRef | null) => onChange({ other });
  if (isBetweenPeople(fields.action))
    return <PersonField label={t("compliance.toWhom")} value={fields.other} onChange={pickPerson} />;
  const pickPlace = (places: NamedPlace[]) => onChange({ place: places[0] ?? null });
  return (
    <div className="field-pair">
      <div className="field">
        <span>{t("compliance.where")}</span>
        <PlacePicker
          label={t("compliance.where")}
          chosen={fields.place ? [fields.place] : []}
          onChange={pickPlace}
          onlyOne
        />
      </div>
      <PersonField
        label={t("compliance.aboutWhom")}
        value={fields.other}
        onChange={pickPerson}
        hint={t("compliance.aboutWhomHint")}
      />
    </div>
  );
}

function InHat({ fields, onChange }: PartProps) {
  const t = useT();
  return (
    <div className="field">
      <label className="field">
        <span>{t("factColumn.hat")}</span>
        <select
          value={fields.hat}
          onChange={(event) => onChange({ hat: event.target.value as WishFields["hat"] })}
        >
          {HATS.map((hat) => (
            <option key={hat} value={hat}>
              {valueName(t, "hat", hat)}
            </option>
          ))}
        </select>
      </label>
      {(fields.hat === "acting" || fields.hat === "assistant") && (
        <PersonField
          label={t("compliance.forWhom")}
          value={fields.principal}
          onChange={(principal) => onChange({ principal })}
        />
      )}
    </div>
  );
}
