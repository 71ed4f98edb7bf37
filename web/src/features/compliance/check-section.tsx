/** One button that compares everything with what was signed, how far it is, and a result that needs no explanation. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useIntl } from "react-intl";
import { asApiError } from "../../api/errors";
import { termOf, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Failure } from "../../ui/notice";
import { beginCheck, type Check, type CheckReport, checksQuery } from "./api";
import { findingPlace, findingSentence } from "./entry-words";
import { Skeleton } from "./skeleton";
import { WhenExactly } from "./when-exactly";

export function CheckSection() {
  const t = useT();
  const client = useQueryClient();
  const query = useQuery(checksQuery);
  const beginning = useMutation({
    mutationFn: beginCheck,
    onSettled: () => client.invalidateQueries({ queryKey: checksQuery.queryKey }),
  });
  const [newest, ...earlier] = query.data ?? [];
  const isRunning = newest?.state === "running";
  return (
    <section className="panel" aria-label={t("compliance.checkTitle")}>
      <div className="check-head">
        <div>
          <h2>{t("compliance.checkTitle")}</h2>
          <p className="fine">{t("compliance.checkText")}</p>
        </div>
        <Button
          look="primary"
          icon="check"
          disabled={isRunning || beginning.isPending || query.isPending}
          onClick={() => beginning.mutate()}
        >
          {t("compliance.check")}
        </Button>
      </div>
      {beginning.error && (
        <p className="form-error" role="alert">
          {asApiError(beginning.error).detail.message ?? t("error.network")}
        </p>
      )}
      {query.isPending && <Skeleton lines={2} />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      <div aria-live="polite">
        {newest && (isRunning ? <Progress check={newest} /> : <Result check={newest} />)}
        {query.isSuccess && !newest && <p>{t("compliance.neverChecked")}</p>}
      </div>
      {earlier.length > 0 && <Earlier checks={earlier} />}
    </section>
  );
}

function Progress({ check }: { check: Check }) {
  const t = useT();
  const intl = useIntl();
  const stage = termOf(t, "compliance.stage", check.stage);
  const done = intl.formatNumber(check.done);
  return (
    <div className="check-progress">
      <p>
        {stage}{" "}
        {check.total === null
          ? done
          : t("compliance.doneOf", { done, total: intl.formatNumber(check.total) })}
      </p>
      <progress
        aria-label={stage}
        max={check.total ?? undefined}
        value={check.total ? check.done : undefined}
      />
    </div>
  );
}

function Result({ check }: { check: Check }) {
  const t = useT();
  const { report, state } = check;
  const tone = state === "whole" ? "good" : "bad";
  return (
    <div className="check-result" data-tone={tone} data-testid="check-result">
      <Icon name={state === "whole" ? "check" : "alert"} size={32} />
      <div>
        <p className="check-said">
          {t(
            state === "whole"
              ? "compliance.whole"
              : state === "changed"
                ? "compliance.notWhole"
                : "compliance.checkFailed",
          )}
        </p>
        {report && <Compared report={report} />}
        {state === "failed" && <p>{t("compliance.checkFailedText")}</p>}
        {report && report.findings.length > 0 && <Findings report={report} />}
        <p className="fine">
          {check.finished_at && <WhenExactly at={check.finished_at} />}
          {check.requested_by && ` · ${check.requested_by.display_name}`}
        </p>
      </div>
    </div>
  );
}

function Compared({ report }: { report: CheckReport }) {
  const t = useT();
  const { leaves, messages, rows, checkpoints, not_yet_leaves } = report;
  return (
    <>
      <p>
        {t("compliance.comparedEntries", { count: leaves })},{" "}
        {t("compliance.comparedMessages", { count: messages })},{" "}
        {t("compliance.comparedRows", { count: rows })} {t("compliance.comparedWith", { count: checkpoints })}
      </p>
      {not_yet_leaves > 0 && <p className="fine">{t("compliance.notYet", { count: not_yet_leaves })}</p>}
      {!report.is_signature_checked && <p className="fine">{t("compliance.noSignature")}</p>}
    </>
  );
}

function Findings({ report }: { report: CheckReport }) {
  const t = useT();
  return (
    <>
      <ul className="check-findings">
        {report.findings.map((finding) => (
          <li key={JSON.stringify(finding)}>
            {findingSentence(t, finding)}
            {findingPlace(finding) && <small className="mono">{findingPlace(finding)}</small>}
          </li>
        ))}
      </ul>
      {report.more > 0 && <p>{t("compliance.moreFindings", { count: report.more })}</p>}
      <p>{t("compliance.whatToDo")}</p>
    </>
  );
}

function Earlier({ checks }: { checks: Check[] }) {
  const t = useT();
  return (
    <details>
      <summary>{t("compliance.earlierChecks", { count: checks.length })}</summary>
      <ul className="plain-list">
        {checks.map((check) => (
          <li key={check.id}>
            <span className="status" data-tone={check.state === "whole" ? "good" : "bad"}>
              {t(`compliance.checkState.${check.state as "whole" | "changed" | "failed" | "running"}`)}
            </span>{" "}
            <WhenExactly at={check.requested_at} />
            {check.requested_by && ` · ${check.requested_by.display_name}`}
          </li>
        ))}
      </ul>
    </details>
  );
}
