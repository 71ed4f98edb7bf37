/** The holds on what a case is about. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useT } from "../../i18n";
import { Empty, Failure } from "../../ui/notice";
import { type Case, holdsQuery } from "./case-api";
import { HoldRow } from "./hold-row";
import { Skeleton } from "./skeleton";

export function CaseHolds({ of }: { of: Case }) {
  const t = useT();
  const query = useInfiniteQuery(holdsQuery);
  if (query.isPending) return <Skeleton lines={3} />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const holds = query.data.pages.flatMap((page) => page.holds).filter((hold) => hold.case_id === of.id);
  if (holds.length === 0)
    return <Empty icon="lock" title={t("compliance.noHolds")} text={t("compliance.noHoldsOfCase")} />;
  return (
    <ul className="holds">
      {holds.map((hold) => (
        <li key={hold.id}>
          <HoldRow hold={hold} />
        </li>
      ))}
    </ul>
  );
}
