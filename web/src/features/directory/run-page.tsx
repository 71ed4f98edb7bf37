/** One run: what it changed, what it could not use, and the way to take it back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type MessageId, useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Failure, Waiting } from "../../ui/notice";
import { ActDialog } from "./act-dialog";
import { ask, runQuery } from "./api";
import { ChangeList } from "./change-list";
import { readChanges, readFindings } from "./documents";
import { FindingList } from "./finding-list";
import { RunCounts, RunState } from "./run-row";
import { When } from "./when";

export function RunPage({ id }: { id: string }) {
  const t = useT();
  const query = useQuery(runQuery(id));
  const [undoes, setUndoes] = useState(false);
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const run = query.data;
  const findings = readFindings(run.findings);
  return (
    <article className="source">
      <header className="source-head">
        <div>
          <h2>
            {t("directory.runOf", { name: run.source })} <When at={run.started_at} />
          </h2>
          <p className="fine">{t(`directory.cause.${run.cause}` as MessageId)}</p>
        </div>
        <RunState run={run} />
      </header>
      <p>{t(`directory.runText.${run.state}` as MessageId)}</p>
      {run.error && <p className="form-error">{run.error}</p>}
      {run.plan_id && <Link to={paths.directoryPlan(run.plan_id)}>{t("directory.seePlan")}</Link>}
      {run.undone_by && <Link to={paths.directoryRun(run.undone_by)}>{t("directory.undoneBy")}</Link>}
      <p>
        <RunCounts run={run} />
      </p>
      <section>
        <h3>{t("directory.changes")}</h3>
        <ChangeList changes={readChanges(run.changes)} />
      </section>
      {findings.length > 0 && (
        <section>
          <h3>{t("directory.runFindings")}</h3>
          <FindingList findings={findings} />
        </section>
      )}
      {run.can_undo && (
        <footer className="source-acts">
          <Button look="danger" onClick={() => setUndoes(true)}>
            {t("directory.undo")}
          </Button>
        </footer>
      )}
      {undoes && (
        <ActDialog
          title={t("directory.undoTitle")}
          confirm={t("directory.undo")}
          look="danger"
          act={(reason) => ask({ source: run.source, kind: "undo", run_id: run.id, reason })}
          onClose={() => setUndoes(false)}
        >
          <p>{t("directory.undoText")}</p>
          <p>
            <strong>
              <RunCounts run={run} />
            </strong>
          </p>
        </ActDialog>
      )}
    </article>
  );
}
