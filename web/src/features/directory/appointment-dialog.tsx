/** Appoints somebody by an order, or puts another entry in the place of a wrong one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import type { PersonRef } from "../../api/types";
import { dayBegins, dayEnds, dayOf, lastDay } from "../../days";
import { useLanguage, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { PeoplePicker } from "../people/people-picker";
import { directoryKey } from "./api";
import {
  type Appointment,
  type AppointmentKind,
  type AppointmentState,
  appoint,
  isForSomebody,
  isPost,
  KINDS,
  mustEnd,
  ranksQuery,
} from "./appointments";
import { UnitChooser } from "./unit-chooser";

interface AppointmentDialogProps {
  replaces?: Appointment;
  onClose: () => void;
  /** Told in which part of the list the new entry is. */
  onMade?: (state: AppointmentState) => void;
}

export function AppointmentDialog({ replaces, onClose, onMade }: AppointmentDialogProps) {
  const t = useT();
  const language = useLanguage();
  const client = useQueryClient();
  const [kind, setKind] = useState<AppointmentKind>(replaces?.kind ?? "acting");
  const [person, setPerson] = useState<PersonRef | null>(replaces?.person ?? null);
  const [principal, setPrincipal] = useState<PersonRef | null>(replaces?.principal ?? null);
  const [unit, setUnit] = useState<string | null>(replaces?.unit?.id ?? null);
  const [rank, setRank] = useState(replaces?.rank?.id ?? "");
  const [title, setTitle] = useState(replaces?.title ?? "");
  const [from, setFrom] = useState(dayOf(replaces ? new Date(replaces.from) : new Date()));
  const [until, setUntil] = useState(replaces?.until ? dayOf(lastDay(replaces.until)) : "");
  const [order, setOrder] = useState(replaces?.order_number ?? "");
  const [reason, setReason] = useState("");
  const ranks = useQuery(ranksQuery(isPost(kind) ? person?.id : undefined));
  const today = dayOf(new Date());
  const making = useMutation({
    mutationFn: () =>
      appoint({
        kind,
        person_id: person?.id ?? "",
        ...(isForSomebody(kind) ? { principal_id: principal?.id } : {}),
        ...(isPost(kind) ? { unit_id: unit ?? undefined, rank_id: rank, title: title.trim() } : {}),
        // What begins today begins now: nobody stands in backwards.
        from: from > today ? dayBegins(from) : undefined,
        until: until ? dayEnds(until) : undefined,
        reason: reason.trim(),
        order_number: order.trim() || undefined,
        replaces: replaces?.id,
      }),
    onSuccess: ({ appointment }) => {
      onMade?.(appointment.state);
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: directoryKey }),
  });
  const isWhole =
    person !== null &&
    (principal !== null || !isForSomebody(kind)) &&
    ((unit !== null && rank !== "" && title.trim() !== "") || !isPost(kind)) &&
    (until !== "" || !mustEnd(kind)) &&
    reason.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWhole && !making.isPending) making.mutate();
  };
  return (
    <Dialog title={t(replaces ? "directory.correctTitle" : "directory.appointTitle")} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label className="field">
          <span>{t("directory.kind")}</span>
          <select value={kind} onChange={(event) => setKind(event.target.value as AppointmentKind)}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`directory.kindOption.${one}`)}
              </option>
            ))}
          </select>
          <small className="fine">{t(`directory.kindHint.${kind}`)}</small>
        </label>
        <OnePerson label={t("directory.who")} person={person} onChange={setPerson} />
        {isForSomebody(kind) && (
          <OnePerson label={t("directory.forWhom")} person={principal} onChange={setPrincipal} />
        )}
        {isPost(kind) && (
          <>
            <UnitChooser value={unit} onChange={setUnit} />
            <label className="field">
              <span>{t("directory.rank")}</span>
              <select value={rank} disabled={!ranks.data} onChange={(event) => setRank(event.target.value)}>
                <option value="">{t(person ? "directory.chooseRank" : "directory.choosePersonFirst")}</option>
                {ranks.data?.map((one) => (
                  <option key={one.id} value={one.id}>
                    {language === "ru" ? one.name_ru : one.name_en}
                  </option>
                ))}
              </select>
            </label>
            <label className="field">
              <span>{t("directory.postTitle")}</span>
              <input value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
            </label>
          </>
        )}
        <div className="field-pair">
          <label className="field">
            <span>{t("directory.firstDay")}</span>
            <input
              type="date"
              required
              min={today}
              value={from < today ? today : from}
              onChange={(event) => setFrom(event.target.value)}
            />
          </label>
          <label className="field">
            <span>{t(mustEnd(kind) ? "directory.lastDay" : "directory.lastDayOrNone")}</span>
            <input
              type="date"
              required={mustEnd(kind)}
              min={from < today ? today : from}
              value={until}
              onChange={(event) => setUntil(event.target.value)}
            />
          </label>
        </div>
        <label className="field">
          <span>{t("directory.orderNumber")}</span>
          <input value={order} maxLength={100} onChange={(event) => setOrder(event.target.value)} />
        </label>
        <label className="field">
          <span>{t("directory.reason")}</span>
          <textarea
            required
            rows={2}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <small className="fine">{t("directory.reasonHint")}</small>
        </label>
        {making.error && (
          <p className="form-error" role="alert">
            {asApiError(making.error).detail.message ?? t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" type="submit" disabled={!isWhole || making.isPending}>
            {t(replaces ? "directory.correct" : "directory.appoint")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface OnePersonProps {
  label: string;
  person: PersonRef | null;
  onChange: (person: PersonRef | null) => void;
}

function OnePerson({ label, person, onChange }: OnePersonProps) {
  return (
    <fieldset className="field plain-set">
      <legend>{label}</legend>
      <PeoplePicker
        label={label}
        chosen={person ? [person] : []}
        // The last one chosen counts: there is one place only.
        onChange={(people) => onChange(people.at(-1) ?? null)}
      />
    </fieldset>
  );
}
