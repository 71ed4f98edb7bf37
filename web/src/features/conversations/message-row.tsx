/** One message: who, in which capacity, when, and the text. */
import { memo } from "react";
import { FormattedDate, FormattedTime } from "react-intl";
import type { Label } from "../../api/types";
import { useT } from "../../i18n";
import { openPerson } from "../../navigation";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { LabelChip, sameLabel } from "../../ui/label";
import { discard, retry } from "../composer/outbox";
import { linkify } from "./linkify";
import type { Row } from "./rows";

export const MessageRow = memo(function MessageRow({ row, usual }: { row: Row; usual: Label }) {
  const t = useT();
  return (
    <>
      {row.startsDay && <DayLine at={row.at} />}
      {row.startsUnread && (
        <div className="line line-unread" data-testid="unread-line">
          <span>{t("timeline.unread")}</span>
        </div>
      )}
      <article
        className="message"
        data-compact={row.isCompact}
        data-status={row.outgoing?.status}
        data-seq={row.seq}
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
          <div className="message-body">
            {linkify(row.body)}
            {!sameLabel(row.label, usual) && <LabelChip label={row.label} />}
          </div>
          {row.outgoing && <OutgoingState row={row} />}
        </div>
      </article>
    </>
  );
});

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
