/** A run in a line: what it came to, when, why it was made, and its numbers. */
import { type MessageId, useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import type { Run } from "./api";
import { readCounts } from "./documents";
import { When } from "./when";

const TONES: Record<string, string> = { applied: "good", unchanged: "good", refused: "warn", failed: "bad" };

export function RunState({ run }: { run: Run }) {
  const t = useT();
  return (
    <span className="run-state" data-tone={run.undone_by ? "warn" : (TONES[run.state] ?? "plain")}>
      {run.undone_by ? t("directory.run.undone") : t(`directory.run.${run.state}` as MessageId)}
    </span>
  );
}

export function RunCounts({ run }: { run: Pick<Run, "counts" | "state"> }) {
  const t = useT();
  const counts = readCounts(run.counts);
  if (counts.length === 0) return t("directory.nothingChanged");
  return counts.map(([name, count]) => t(`directory.count.${name}`, { count })).join(" · ");
}

export function RunRow({ run, withSource = false }: { run: Run; withSource?: boolean }) {
  const t = useT();
  return (
    <Link className="run-row" to={paths.directoryRun(run.id)}>
      <RunState run={run} />
      <span className="row-text">
        <span>{run.state === "failed" ? run.error : <RunCounts run={run} />}</span>
        <small className="row-detail">
          <When at={run.started_at} /> · {t(`directory.cause.${run.cause}` as MessageId)}
          {withSource ? ` · ${run.source}` : ""}
        </small>
      </span>
    </Link>
  );
}
