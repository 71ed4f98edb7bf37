/** A plan that the guard stopped: why, what it would do, and the decision, which is for exactly these changes. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type MessageId, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Failure, Waiting } from "../../ui/notice";
import { ActDialog } from "./act-dialog";
import { decide, type Plan, planQuery } from "./api";
import { ChangeList } from "./change-list";
import { ConsequencesView, PeopleNumbers } from "./consequences";
import { readChanges, readConsequences, readFindings } from "./documents";
import { FindingList } from "./finding-list";
import { shortHash } from "./status";
import { When } from "./when";

export function PlanPage({ id }: { id: string }) {
  const t = useT();
  const query = useQuery(planQuery(id));
  // The plan as it was when the dialog was opened: what is confirmed is what was read.
  const [deciding, setDeciding] = useState<{ verdict: "approve" | "reject"; plan: Plan } | null>(null);
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const plan = query.data;
  const waits = plan.state === "waiting";
  return (
    <article className="source">
      <header className="source-head">
        <div>
          <h2>{t("directory.planOf", { name: plan.source, count: plan.changes_total })}</h2>
          <p className="fine">
            <When at={plan.made_at} /> · {t("directory.hash")} <code>{shortHash(plan.sha256)}</code>
          </p>
        </div>
        <span className="status" data-tone={waits ? "warn" : "plain"}>
          {t(`directory.plan.${plan.state}` as MessageId)}
        </span>
      </header>
      <p>{t(`directory.planText.${plan.state}` as MessageId)}</p>
      {plan.decided_at && (
        <p>
          {t("directory.decidedBy", { name: plan.decided_by ?? t("directory.somebody") })}{" "}
          <When at={plan.decided_at} />: «{plan.decision_reason}»
        </p>
      )}
      <section>
        <h3>{t("directory.whyStopped")}</h3>
        <FindingList findings={readFindings(plan.refusals)} />
      </section>
      <ConsequencesView of={readConsequences(plan.consequences, plan.counts)} />
      <section>
        <h3>{t("directory.changes")}</h3>
        <ChangeList changes={readChanges(plan.changes)} total={plan.changes_total} />
      </section>
      {waits && (
        <footer className="source-acts source-acts-sticky">
          <Button look="primary" onClick={() => setDeciding({ verdict: "approve", plan })}>
            {t("directory.approve")}
          </Button>
          <Button look="danger" onClick={() => setDeciding({ verdict: "reject", plan })}>
            {t("directory.reject")}
          </Button>
        </footer>
      )}
      {deciding && <VerdictDialog {...deciding} onClose={() => setDeciding(null)} />}
    </article>
  );
}

interface VerdictDialogProps {
  verdict: "approve" | "reject";
  plan: Plan;
  onClose: () => void;
}

function VerdictDialog({ verdict, plan, onClose }: VerdictDialogProps) {
  const t = useT();
  const people = readConsequences(plan.consequences, plan.counts).people;
  return (
    <ActDialog
      title={t(`directory.${verdict}Title`)}
      confirm={t(`directory.${verdict}`)}
      look={verdict === "approve" ? "primary" : "danger"}
      act={(reason) => decide(plan, verdict, reason)}
      onClose={onClose}
    >
      <p>{t(`directory.${verdict}Text`)}</p>
      <p>
        <strong>{t("directory.planOf", { name: plan.source, count: plan.changes_total })}</strong> (
        <code>{shortHash(plan.sha256)}</code>)
      </p>
      {people && <PeopleNumbers people={people} />}
    </ActDialog>
  );
}
