/** One directory: its health first, then what waits, what it holds, how soon changes are in force, and the acts. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FormattedNumber } from "react-intl";
import { asApiError } from "../../api/errors";
import { useLanguage, useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { ActDialog } from "./act-dialog";
import { ask, directoryKey, holdOrRelease, type Source } from "./api";
import { readFinding, sentence } from "./documents";
import { InForceFigure } from "./in-force";
import { RunRow } from "./run-row";
import { type Status, statusOf } from "./status";
import { When } from "./when";

export function SourceCard({ source, now }: { source: Source; now: number }) {
  const t = useT();
  const status = statusOf(source, now);
  return (
    <article className="source" aria-labelledby={`source-${source.id}`}>
      <header className="source-head">
        <div>
          <h2 id={`source-${source.id}`}>{source.agency ?? source.name}</h2>
          <p className="fine">
            {source.agency ? `${source.name} · ` : ""}
            {source.kind === "active_directory" ? "Active Directory" : "OpenLDAP"}
            {source.url ? ` · ${source.url}` : ""}
          </p>
        </div>
        <StatusMark status={status} />
      </header>
      <Explanation source={source} status={status} />
      {source.plan_id && (
        <p className="source-plan">
          <Link className="button button-primary" to={paths.directoryPlan(source.plan_id)}>
            <span>{t(source.plan_state === "approved" ? "directory.seePlan" : "directory.decidePlan")}</span>
          </Link>
        </p>
      )}
      <dl className="figures">
        <Figure name={t("directory.people")} value={source.people_active} />
        <Figure name={t("directory.disabled")} value={source.people_disabled} />
        <Figure name={t("directory.entries")} value={source.entries} />
        <Figure
          name={t("directory.findings")}
          value={source.open_findings}
          to={paths.directory("quarantine")}
        />
      </dl>
      <InForceFigure day={source.in_force.day} week={source.in_force.week} />
      <section>
        <h3>{t("directory.lastRuns")}</h3>
        {source.runs.length === 0 ? (
          <p className="fine">{t("directory.noRuns")}</p>
        ) : (
          <ul className="runs">
            {source.runs.map((run) => (
              <li key={run.id}>
                <RunRow run={run} />
              </li>
            ))}
          </ul>
        )}
      </section>
      <Acts source={source} />
    </article>
  );
}

export function StatusMark({ status }: { status: Status }) {
  const t = useT();
  return (
    <span className="status" data-tone={status.tone}>
      <Icon name={status.tone === "good" ? "check" : status.tone === "bad" ? "close" : "alert"} size={16} />
      {t(status.title)}
    </span>
  );
}

function Explanation({ source, status }: { source: Source; status: Status }) {
  const t = useT();
  const language = useLanguage();
  return (
    <div className="source-text">
      <p>{t(status.text)}</p>
      {source.trouble && (
        <p className="source-trouble">
          <Icon name="info" size={16} />
          <span>{sentence(readFinding(source.trouble), language)}</span>
        </p>
      )}
      {source.held_at && (
        <p>
          {t("directory.heldBy", { name: source.held_by ?? t("directory.somebody") })}{" "}
          <When at={source.held_at} />: «{source.held_reason}»
        </p>
      )}
      <p className="fine">
        {source.heard_at ? (
          <>
            {t("directory.heard")} <When at={source.heard_at} />
          </>
        ) : (
          t("directory.neverHeard")
        )}
      </p>
    </div>
  );
}

function Figure({ name, value, to }: { name: string; value: number | null; to?: string }) {
  const shown = value === null ? "—" : <FormattedNumber value={value} />;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{to && value ? <Link to={to}>{shown}</Link> : shown}</dd>
    </div>
  );
}

function Acts({ source }: { source: Source }) {
  const t = useT();
  const client = useQueryClient();
  const [asks, setAsks] = useState(false);
  const read = useMutation({
    mutationFn: () => ask({ source: source.name, kind: "read" }),
    onSettled: () => client.invalidateQueries({ queryKey: directoryKey }),
  });
  const waits = source.requests.some(
    (request) => request.kind === "read" && request.state !== "done" && request.state !== "failed",
  );
  const act = source.held_at ? "release" : "hold";
  return (
    <footer className="source-acts">
      <Button icon="retry" disabled={read.isPending || waits} onClick={() => read.mutate()}>
        {t(waits ? "directory.readAsked" : "directory.read")}
      </Button>
      <Button look={source.held_at ? "primary" : "danger"} onClick={() => setAsks(true)}>
        {t(`directory.${act}`)}
      </Button>
      <span role="status" className="fine">
        {waits ? t("directory.readWaits") : ""}
      </span>
      {read.error && (
        <p className="form-error" role="alert">
          {asApiError(read.error).detail.message ?? t("error.network")}
        </p>
      )}
      {asks && (
        <ActDialog
          title={t(`directory.${act}Title`, { name: source.agency ?? source.name })}
          confirm={t(`directory.${act}`)}
          look={act === "hold" ? "danger" : "primary"}
          act={(reason) => holdOrRelease(source.name, act, reason)}
          onClose={() => setAsks(false)}
        >
          <p>{t(`directory.${act}Text`)}</p>
        </ActDialog>
      )}
    </footer>
  );
}
