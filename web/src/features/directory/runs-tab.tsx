/** Everything the sync did, the newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useT } from "../../i18n";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { runsQuery } from "./api";
import { RunRow } from "./run-row";

export function RunsTab() {
  const t = useT();
  const runs = useInfiniteQuery(runsQuery(""));
  if (runs.isPending) return <Waiting />;
  if (runs.isError) return <Failure error={runs.error} onRetry={() => void runs.refetch()} />;
  const all = runs.data.pages.flatMap((page) => page.runs);
  if (all.length === 0)
    return <Empty icon="retry" title={t("directory.noRuns")} text={t("directory.noRunsText")} />;
  return (
    <>
      <p className="fine">{t("directory.runsText")}</p>
      <ul className="runs">
        {all.map((run) => (
          <li key={run.id}>
            <RunRow run={run} withSource />
          </li>
        ))}
      </ul>
      <MoreButton query={runs} />
    </>
  );
}
