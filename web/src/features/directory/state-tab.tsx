/** How each directory is, in plain words, and what can be done about it. */
import { useQuery } from "@tanstack/react-query";
import { useT } from "../../i18n";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { sourcesQuery } from "./api";
import { SourceCard } from "./source-card";

export function StateTab() {
  const t = useT();
  const sources = useQuery(sourcesQuery);
  if (sources.isPending) return <Waiting />;
  if (sources.isError) return <Failure error={sources.error} onRetry={() => void sources.refetch()} />;
  const { sources: all, now } = sources.data;
  if (all.length === 0)
    return <Empty icon="tree" title={t("directory.noSources")} text={t("directory.noSourcesText")} />;
  return all.map((source) => <SourceCard key={source.id} source={source} now={Date.parse(now)} />);
}
