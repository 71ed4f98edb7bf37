/** Reads a conversation within the scope of a case: what is in it, and nothing else. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useT } from "../../i18n";
import { Link, useSearch } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Empty, Failure } from "../../ui/notice";
import { caseQuery, type Reading, readingQuery } from "./case-api";
import { CaseMessageRow } from "./case-message-row";
import { PlaceName } from "./place-name";
import { Skeleton } from "./skeleton";

interface CaseReadingPageProps {
  id: string;
  conversation: string;
}

export function CaseReadingPage({ id, conversation }: CaseReadingPageProps) {
  const t = useT();
  const near = Number(new URLSearchParams(useSearch()).get("near")) || null;
  const of = useQuery(caseQuery(id)).data;
  const query = useInfiniteQuery(readingQuery(id, conversation, near));
  const first = query.data?.pages[0];
  return (
    <>
      <Link to={paths.complianceCase(id)} className="back-to">
        ← {of ? t("compliance.caseTitle", { number: of.number }) : t("compliance.backToCase")}
      </Link>
      <section className="panel" aria-label={t("compliance.reading")}>
        {query.isPending && <Skeleton lines={10} />}
        {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
        {first && (
          <>
            <h2>
              <PlaceName place={first.conversation} />
            </h2>
            <p className="fine">{t("compliance.readingText")}</p>
            {query.hasNextPage && (
              <Button className="more" onClick={() => void query.fetchNextPage()} disabled={query.isFetching}>
                {t("compliance.earlierMessages")}
              </Button>
            )}
            <Messages caseId={id} pages={query.data?.pages ?? []} near={near} />
            {query.hasPreviousPage && (
              <Button
                className="more"
                onClick={() => void query.fetchPreviousPage()}
                disabled={query.isFetching}
              >
                {t("compliance.laterMessages")}
              </Button>
            )}
          </>
        )}
      </section>
    </>
  );
}

interface MessagesProps {
  caseId: string;
  pages: Reading[];
  near: number | null;
}

/** The oldest first, as they were said; what was looked for is brought into sight. */
function Messages({ caseId, pages, near }: MessagesProps) {
  const t = useT();
  const list = useRef<HTMLOListElement>(null);
  const messages = [...pages].reverse().flatMap((page) => page.messages);
  const versions = pages.flatMap((page) => page.versions);
  const withheld = pages.reduce((sum, page) => sum + page.withheld_count, 0);
  const isThere = messages.some((message) => message.seq === near);
  useEffect(() => {
    if (isThere) list.current?.querySelector(`[data-seq="${near}"]`)?.scrollIntoView({ block: "center" });
  }, [isThere, near]);
  if (messages.length === 0 && withheld === 0)
    return <Empty icon="mail" title={t("compliance.noPlaces")} text={t("compliance.noPlacesText")} />;
  return (
    <>
      <ol className="case-messages" ref={list}>
        {messages.map((message) => (
          <li key={message.id} data-near={message.seq === near || undefined}>
            <CaseMessageRow message={message} versions={versions} caseId={caseId} />
          </li>
        ))}
      </ol>
      {withheld > 0 && <p className="fine">{t("compliance.withheldMessages", { count: withheld })}</p>}
    </>
  );
}
