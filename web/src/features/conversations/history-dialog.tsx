/** What a message said before it was changed, the newest first, with what was added and removed each time. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useIntl } from "react-intl";
import { versionsQuery } from "../../api/message-queries";
import type { Id, MessageVersion } from "../../api/types";
import { useActionT } from "../../i18n/message-actions";
import { Dialog } from "../../ui/dialog";
import { Failure, Waiting } from "../../ui/notice";
import { differenceOf } from "./difference";
import type { Row } from "./rows";

interface HistoryDialogProps {
  row: Row;
  conversationId: Id;
  onClose: () => void;
}

export function HistoryDialog({ row, conversationId, onClose }: HistoryDialogProps) {
  const say = useActionT();
  const query = useQuery(versionsQuery(conversationId, row.id ?? "", row.version));
  return (
    <Dialog title={say("history.title")} look="sheet" onClose={onClose}>
      {query.isPending && <Waiting />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <>
          <p className="fine">{say("history.legend")}</p>
          <ol className="history">
            {saidOf(row, query.data).map((one) => (
              <Version key={one.version} one={one} />
            ))}
          </ol>
        </>
      )}
    </Dialog>
  );
}

interface Said {
  version: number;
  body: string;
  /** What it said before; none of the first. */
  before: string | null;
  from: string;
  until: string | null;
}

/** The newest first. */
export function saidOf(
  row: Pick<Row, "at" | "body" | "version">,
  versions: readonly MessageVersion[],
): Said[] {
  const all = versions.map(({ version, body, until_at }) => ({
    version,
    body,
    until: until_at as string | null,
  }));
  all.push({ version: row.version, body: row.body, until: null });
  return all
    .map((one, index) => ({
      ...one,
      before: all[index - 1]?.body ?? null,
      from: all[index - 1]?.until ?? row.at,
    }))
    .reverse();
}

function Version({ one: { version, body, before, from, until } }: { one: Said }) {
  const say = useActionT();
  const intl = useIntl();
  const when = (at: string) =>
    intl.formatDate(at, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
  return (
    <li>
      <h3>
        {say("history.version", { version })}{" "}
        <small>
          {before === null && `${say("history.first")}, `}
          {until === null
            ? say("history.now", { from: when(from) })
            : say("history.from", { from: when(from), until: when(until) })}
        </small>
      </h3>
      <p className="history-text">
        {body === "" && before === null ? <em>{say("history.noText")}</em> : null}
        {before === null ? body : <Difference before={before} after={body} />}
      </p>
    </li>
  );
}

/** Told by a line under or through the words, and to those who listen by a word before. */
function Difference({ before, after }: { before: string; after: string }) {
  const say = useActionT();
  const pieces = useMemo(() => differenceOf(before, after), [before, after]);
  return pieces.map(({ kind, text }, index) => {
    const key = `${index}${kind}`;
    if (kind === "same") return <span key={key}>{text}</span>;
    const Mark = kind === "added" ? "ins" : "del";
    return (
      <Mark key={key}>
        <span className="visually-hidden">
          {" "}
          {say(kind === "added" ? "history.added" : "history.removed")}{" "}
        </span>
        {text}
      </Mark>
    );
  });
}
