/** The dated list that personnel keep: who acts for whom, assists whom or holds a further post, from when to when. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormattedDate } from "react-intl";
import { lastDay } from "../../days";
import { useLanguage, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { ActDialog } from "./act-dialog";
import { AppointmentDialog } from "./appointment-dialog";
import {
  type Appointment,
  type AppointmentState,
  appointmentsQuery,
  endAppointment,
  STATES,
} from "./appointments";
import { When } from "./when";

export function AppointmentsTab() {
  const t = useT();
  const [state, setState] = useState<AppointmentState>("active");
  const [making, setMaking] = useState(false);
  return (
    <>
      <p>{t("directory.appointmentsText")}</p>
      <div className="filters filters-apart">
        <fieldset className="choice-row">
          <legend>{t("directory.show")}</legend>
          {STATES.map((one) => (
            <label key={one}>
              <input type="radio" name="state" checked={state === one} onChange={() => setState(one)} />
              <span>{t(`directory.appointment.${one}`)}</span>
            </label>
          ))}
        </fieldset>
        <Button look="primary" icon="plus" onClick={() => setMaking(true)}>
          {t("directory.appoint")}
        </Button>
      </div>
      <AppointmentList state={state} />
      {making && <AppointmentDialog onClose={() => setMaking(false)} onMade={setState} />}
    </>
  );
}

function AppointmentList({ state }: { state: AppointmentState }) {
  const t = useT();
  const query = useInfiniteQuery(appointmentsQuery(state));
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const all = query.data.pages.flatMap((page) => page.appointments);
  if (all.length === 0)
    return (
      <Empty
        icon="people"
        title={t(`directory.appointment.none.${state}`)}
        text={t("directory.appointment.noneText")}
      />
    );
  return (
    <>
      <ul className="appointments">
        {all.map((appointment) => (
          <li key={appointment.id}>
            <AppointmentRow appointment={appointment} />
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
    </>
  );
}

function AppointmentRow({ appointment }: { appointment: Appointment }) {
  const t = useT();
  const language = useLanguage();
  const [doing, setDoing] = useState<"end" | "replace" | null>(null);
  const { person, principal, unit, rank, title, ended } = appointment;
  const what = principal?.display_name ?? [title, unit?.name].filter(Boolean).join(", ");
  return (
    <>
      <strong>{person.display_name}</strong>
      <span>
        {t(`directory.kind.${appointment.kind}`)} {what}
        {rank && ` · ${language === "ru" ? rank.name_ru : rank.name_en}`}
      </span>
      <small>
        <Dates appointment={appointment} />
        {appointment.order_number && ` · ${t("directory.order", { number: appointment.order_number })}`}
      </small>
      <small>
        {appointment.reason} · {appointment.entered_by.display_name}, <When at={appointment.entered_at} />
      </small>
      {ended && (
        <small>
          {t("directory.endedBy", { name: ended.by.display_name })} <When at={ended.at} />: {ended.reason}
        </small>
      )}
      {appointment.can.includes("end") && (
        <span className="row-actions">
          <Button onClick={() => setDoing("replace")}>{t("directory.correct")}</Button>
          <Button onClick={() => setDoing("end")}>
            {t(appointment.state === "coming" ? "directory.takeBack" : "directory.endNow")}
          </Button>
        </span>
      )}
      {doing === "replace" && <AppointmentDialog replaces={appointment} onClose={() => setDoing(null)} />}
      {doing === "end" && (
        <ActDialog
          title={t(appointment.state === "coming" ? "directory.takeBackTitle" : "directory.endTitle")}
          confirm={t(appointment.state === "coming" ? "directory.takeBack" : "directory.endNow")}
          look="danger"
          act={(reason) => endAppointment(appointment.id, reason)}
          onClose={() => setDoing(null)}
        >
          <p>
            {person.display_name}: {t(`directory.kind.${appointment.kind}`)} {what}
          </p>
          <p className="fine">{t("directory.endText")}</p>
        </ActDialog>
      )}
    </>
  );
}

function Dates({ appointment: { from, until } }: { appointment: Appointment }) {
  const t = useT();
  return (
    <>
      {t("directory.from")} <Day at={new Date(from)} />{" "}
      {until ? (
        <>
          {t("directory.through")} <Day at={lastDay(until)} />
        </>
      ) : (
        t("directory.openEnd")
      )}
    </>
  );
}

function Day({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()}>
      <FormattedDate value={at} day="numeric" month="long" year="numeric" />
    </time>
  );
}
