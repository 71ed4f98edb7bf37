/** What was refused within the scope of a case, repeated attempts put together. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useT } from "../../i18n";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { type CaseDenial, caseDenialsQuery } from "./case-api";
import { type Denial, groupDenials } from "./denials";
import { DenialGroups } from "./denials-section";
import { Skeleton } from "./skeleton";

export function CaseDenials({ id }: { id: string }) {
  const t = useT();
  const query = useInfiniteQuery(caseDenialsQuery(id));
  if (query.isPending) return <Skeleton />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const denials = query.data.pages.flatMap((page) => page.denials).map(denialOfCase);
  return (
    <>
      {denials.length === 0 && (
        <Empty icon="check" title={t("compliance.noDenials")} text={t("compliance.noDenialsText")} />
      )}
      <DenialGroups groups={groupDenials(denials)} />
      <MoreButton query={query} />
    </>
  );
}

const denialOfCase = (denial: CaseDenial): Denial => ({
  key: denial.id,
  at: denial.at,
  person: denial.person,
  action: denial.action,
  other: denial.target,
  conversationId: denial.conversation?.id ?? null,
  rule: denial.rule,
  policyVersion: denial.policy_version,
});
