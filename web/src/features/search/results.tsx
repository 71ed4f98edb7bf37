/** What was found, the newest first: the arrows go through it, Enter opens, Escape goes back to the field. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useEffect } from "react";
import { asApiError } from "../../api/errors";
import { conversationsQuery } from "../../api/queries";
import { useT } from "../../i18n";
import { useSearchT } from "../../i18n/search";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { addressOf } from "./address";
import { useSearchResults } from "./api";
import { NotFound } from "./not-found";
import type { Search } from "./operators";
import { ResultRow } from "./result-row";

interface ResultsProps {
  search: Search;
  list: RefObject<HTMLOListElement | null>;
  onLeave: () => void;
  onWiden: () => void;
}

/** What was opened last, and from which search: Back comes back to it. */
let opened: { address: string; id: string } | null = null;

export function Results({ search, list, onLeave, onWiden }: ResultsProps) {
  const say = useSearchT();
  const results = useSearchResults(search);
  const conversations = useQuery(conversationsQuery).data;
  const address = addressOf(search);
  const found = results.data?.pages.flatMap((page) => page.messages) ?? [];
  useReturn(list, address);

  const onKeyDown = (event: KeyboardEvent) => {
    const rows = rowsOf(list.current);
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 };
    const next = to[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Escape" || next === -1) onLeave();
    else if (next !== undefined) rows[next]?.focus();
    else return;
    event.preventDefault();
  };
  const isEmpty = results.isSuccess && found.length === 0 && !results.isPlaceholderData;
  return (
    <>
      <p className={isEmpty ? "visually-hidden" : "search-count"} role="status">
        {results.isSuccess &&
          !results.isPlaceholderData &&
          (results.hasNextPage && found.length > 0
            ? say("search.foundFirst", { count: found.length })
            : !results.hasNextPage && say("search.found", { count: found.length }))}
      </p>
      {results.isPending && <Skeletons />}
      {results.isError && <Refused error={results.error} onRetry={() => void results.refetch()} />}
      {isEmpty && results.hasNextPage && (
        <Empty icon="clock" title={say("search.further")} text={say("search.furtherText")} />
      )}
      {isEmpty && !results.hasNextPage && <NotFound search={search} onWiden={onWiden} />}
      {found.length > 0 && !results.isError && (
        <ol className="found-list" ref={list} aria-busy={results.isPlaceholderData} onKeyDown={onKeyDown}>
          {found.map((one) => (
            <li key={one.message.id}>
              <ResultRow
                found={one}
                conversation={conversations?.find((some) => some.id === one.message.conversation_id) ?? null}
                onOpen={() => {
                  opened = { address, id: one.message.id };
                }}
              />
            </li>
          ))}
        </ol>
      )}
      {!results.isPlaceholderData && <MoreButton query={results} />}
    </>
  );
}

export const rowsOf = (list: HTMLElement | null): HTMLElement[] => [
  ...(list?.querySelectorAll<HTMLElement>("a.found") ?? []),
];

/** Whoever comes back from a message stands where they left. */
function useReturn(list: RefObject<HTMLOListElement | null>, address: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the page comes.
  useEffect(() => {
    const id = opened?.address === address ? opened.id : null;
    opened = null;
    rowsOf(list.current)
      .find((row) => row.dataset.id === id)
      ?.focus();
  }, []);
}

/** The server's sentence, and when to come back where it says so. */
function Refused({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useT();
  const say = useSearchT();
  const { status, detail } = asApiError(error);
  if (status !== 429) return <Failure error={error} onRetry={onRetry} />;
  const seconds = detail.retry_after_seconds;
  return (
    <Empty icon="clock" title={detail.message ?? ""} text={seconds ? say("search.again", { seconds }) : ""}>
      <Button icon="retry" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </Empty>
  );
}

const SKELETONS = ["34%", "82%", "58%", "71%"];

function Skeletons() {
  const t = useT();
  return (
    <div className="skeletons" role="status">
      <span className="visually-hidden">{t("common.loading")}</span>
      {SKELETONS.map((width) => (
        <div key={width} className="skeleton" aria-hidden="true">
          <span className="avatar" />
          <span className="found-main">
            <i style={{ width: "40%" }} />
            <i style={{ width }} />
          </span>
        </div>
      ))}
    </div>
  );
}
