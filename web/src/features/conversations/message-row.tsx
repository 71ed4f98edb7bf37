/** One message: who, in which capacity, when, and the text. */
import { memo } from "react";
import { FormattedDate, FormattedTime, useIntl } from "react-intl";
import type { Label, Notice } from "../../api/types";
import { useT } from "../../i18n";
import { openPerson } from "../../navigation";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { LabelChip, sameLabel } from "../../ui/label";
import { discard, retry } from "../composer/outbox";
import { MessageFiles } from "../files/message-files";
import { linkify } from "./linkify";
import { MessageQuote } from "./message-quote";
import { isGone, type Row } from "./rows";

interface MessageRowProps {
  row: Row;
  usual: Label;
  /** Shows an image large. */
  onOpenImage: (fileId: string) => void;
}

/** What is read out of a message that is walked to; the whole of a long one is read as one reads it. */
const MOST_READ_OUT = 400;

/** Its buttons carry what they do in `data-act`: `MessageActions`, which comes a moment later, does it. */
export const MessageRow = memo(function MessageRow({ row, usual, onOpenImage }: MessageRowProps) {
  const t = useT();
  const gone = useGoneWords(row);
  return (
    <>
      {row.startsDay && <DayLine at={row.at} />}
      {row.startsUnread && (
        <div className="line line-unread" data-testid="unread-line">
          <span>{t("timeline.unread")}</span>
        </div>
      )}
      {row.notice && <NoticeLine row={row} notice={row.notice} />}
      {!row.notice && (
        <article
          className="message"
          data-compact={row.isCompact}
          data-status={row.outgoing?.status}
          data-seq={row.seq}
          data-key={row.key}
          tabIndex={-1}
          aria-label={`${row.author.display_name}: ${gone ?? row.body.slice(0, MOST_READ_OUT)}`}
        >
          <div className="message-side">
            {row.isCompact ? (
              <time dateTime={row.at}>
                <Clock at={row.at} />
              </time>
            ) : (
              <button
                type="button"
                className="message-face"
                aria-label={t("person.open", { name: row.author.display_name })}
                onClick={() => openPerson(row.author.id)}
              >
                <Avatar person={row.author} />
              </button>
            )}
          </div>
          <div className="message-main">
            {!row.isCompact && <MessageHead row={row} />}
            {row.quote && <MessageQuote quote={row.quote} />}
            <div className="message-body">
              {gone ? <em className="message-gone">{gone}</em> : linkify(row.body)}
              {row.editedAt && !gone && <EditedMark at={row.editedAt} />}
              {row.label && !sameLabel(row.label, usual) && <LabelChip label={row.label} always />}
              {row.isDowngraded && <span className="person-note">{t("label.saidAgain")}</span>}
            </div>
            {row.files.length > 0 && <MessageFiles files={row.files} onOpen={onOpenImage} />}
            {row.outgoing && <OutgoingState row={row} />}
          </div>
          {row.id !== null && !isGone(row) && (
            <div className="message-menu">
              <span className="message-quick" />
              <button
                type="button"
                className="icon-button"
                tabIndex={-1}
                aria-label={t("message.menu")}
                title={t("message.menu")}
                aria-haspopup="menu"
                data-act="menu"
              >
                <Icon name="more" size={18} />
              </button>
            </div>
          )}
        </article>
      )}
    </>
  );
});

/** What stands in the place of words that are gone. */
export function useGoneWords(row: Row): string | null {
  const t = useT();
  if (row.isErased) return t("message.erased");
  if (!row.isDeleted) return null;
  return row.deletedBy && row.deletedBy.id !== row.author.id
    ? t("message.deletedBy", { name: row.deletedBy.display_name })
    : t("message.deletedByAuthor");
}

function EditedMark({ at }: { at: string }) {
  const t = useT();
  const exactly = t("message.editedAt", {
    at: useIntl().formatDate(at, { dateStyle: "long", timeStyle: "short", hourCycle: "h23" }),
  });
  return (
    <button type="button" className="message-edited" title={exactly} aria-label={exactly} data-act="history">
      {t("message.edited")}
    </button>
  );
}

/** What the system tells: who gave the conversation another label, and why. */
function NoticeLine({ row, notice }: { row: Row; notice: Notice }) {
  const t = useT();
  return (
    <div className="line line-notice" data-seq={row.seq} data-testid="label-notice">
      <span>
        {t(`label.notice.${notice.kind}`, { name: row.author.display_name })}{" "}
        <LabelChip label={notice.label} always />{" "}
        {row.isErased ? <em>{t("message.erased")}</em> : <q>{row.body}</q>}
      </span>
    </div>
  );
}

function MessageHead({ row }: { row: Row }) {
  const t = useT();
  const principal = row.principal?.display_name ?? "";
  return (
    <header className="message-head">
      <button type="button" className="message-author" onClick={() => openPerson(row.author.id)}>
        {row.author.display_name}
      </button>
      {row.hat !== "own" && (
        <span className="hat-chip">
          <Icon name="hat" size={14} />
          {t(`hat.${row.hat}`, { name: principal })}
        </span>
      )}
      <span className="message-title">{row.author.title}</span>
      <time dateTime={row.at}>
        <Clock at={row.at} />
      </time>
    </header>
  );
}

function Clock({ at }: { at: string }) {
  return <FormattedTime value={at} hour="2-digit" minute="2-digit" hourCycle="h23" />;
}

function DayLine({ at }: { at: string }) {
  const t = useT();
  const day = new Date(at);
  const today = new Date();
  const yesterday = new Date(today.getTime() - 24 * 3600_000);
  const isOtherYear = day.getFullYear() !== today.getFullYear();
  return (
    <div className="line line-day">
      <span>
        {day.toDateString() === today.toDateString() ? (
          t("timeline.today")
        ) : day.toDateString() === yesterday.toDateString() ? (
          t("timeline.yesterday")
        ) : (
          <FormattedDate
            value={day}
            weekday="long"
            day="numeric"
            month="long"
            year={isOtherYear ? "numeric" : undefined}
          />
        )}
      </span>
    </div>
  );
}

function OutgoingState({ row }: { row: Row }) {
  const t = useT();
  const outgoing = row.outgoing;
  if (!outgoing || outgoing.status === "sending") return null;
  return (
    <p className="message-state" role="status">
      <span>
        {outgoing.status === "waiting" ? t("outbox.waiting") : (outgoing.error ?? t("outbox.failed"))}
      </span>
      <button type="button" onClick={() => retry(outgoing.conversationId)}>
        {t("outbox.retry")}
      </button>
      <button type="button" onClick={() => discard(outgoing.clientId)}>
        {t("outbox.discard")}
      </button>
    </p>
  );
}
