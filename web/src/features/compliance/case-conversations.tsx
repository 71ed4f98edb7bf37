/** The conversations of which something is in the scope of a case. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { caseConversationsQuery } from "./case-api";
import { PlaceName } from "./place-name";
import { Skeleton } from "./skeleton";
import { Day } from "./when-exactly";

export function CaseConversations({ id }: { id: string }) {
  const t = useT();
  const query = useInfiniteQuery(caseConversationsQuery(id));
  if (query.isPending) return <Skeleton />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const all = query.data.pages.flatMap((page) => page.conversations);
  const withheld = query.data.pages.reduce((sum, page) => sum + page.withheld_count, 0);
  return (
    <>
      {all.length === 0 && (
        <Empty icon="mail" title={t("compliance.noPlaces")} text={t("compliance.noPlacesText")} />
      )}
      <ul className="case-places">
        {all.map(({ conversation, messages_count, first_at, last_at }) => (
          <li key={conversation.id}>
            <Link to={paths.complianceReading(id, conversation.id)}>
              <PlaceName place={conversation} />
              <small>
                {t("compliance.messages", { count: messages_count })} · <Day at={first_at} /> –{" "}
                <Day at={last_at} />
              </small>
            </Link>
          </li>
        ))}
      </ul>
      {withheld > 0 && <p className="fine">{t("compliance.withheldPlaces", { count: withheld })}</p>}
      <MoreButton query={query} />
    </>
  );
}
