/** Holds, which stop whatever would erase messages, and what the retention would erase. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { holdsQuery } from "./case-api";
import { HoldDialog } from "./hold-dialog";
import { HoldRow } from "./hold-row";
import { RetentionSection } from "./retention-section";
import { Skeleton } from "./skeleton";

export function HoldsTab() {
  const t = useT();
  const [placing, setPlacing] = useState(false);
  const query = useInfiniteQuery(holdsQuery);
  const holds = query.data?.pages.flatMap((page) => page.holds) ?? [];
  return (
    <>
      <div className="filters filters-apart">
        <p>{t("compliance.holdsText")}</p>
        <Button look="primary" icon="plus" onClick={() => setPlacing(true)}>
          {t("compliance.placeHold")}
        </Button>
      </div>
      {query.isPending && <Skeleton lines={4} />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && holds.length === 0 && (
        <Empty icon="lock" title={t("compliance.noHolds")} text={t("compliance.noHoldsText")} />
      )}
      <ul className="holds">
        {holds.map((hold) => (
          <li key={hold.id}>
            <HoldRow hold={hold} />
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
      <RetentionSection />
      {placing && <HoldDialog onClose={() => setPlacing(false)} />}
    </>
  );
}
