/** One message: who, in which capacity, when, and the text. */
import { memo } from "react";
import { FormattedDate, FormattedTime } from "react-intl";
import type { Label, Notice } from "../../api/types";
import { useT } from "../../i18n";
import { openPerson } from "../../navigation";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { isOpen, LabelChip, sameLabel } from "../../ui/label";
import { Menu } from "../../ui/menu";
import { discard, retry } from "../composer/outbox";
import { MessageFiles } from "../files/message-files";
import { linkify } from "./linkify";
import type { Row } from "./rows";

interface MessageRowProps {
  row: Row;
  usual: Label;
  /** Shows an image large. */
  onOpenImage: (fileId: string) => void;
  /** Asks for a lower label; absent where one may not. */
  onAskLower?: ((row: Row) => void) | undefined;
}

export const MessageRow = memo(function MessageRow({ row, usual, onOpenImage, onAskLower }: MessageRowProps) {
  const t = useT();
  const canLower = onAskLower && row.id !== null && !row.isErased && row.label !== null && !isOpen(row.label);
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
              {row.isErased ? <em className="person-note">{t("message.erased")}</em> : linkify(row.body)}
              {row.label && !sameLabel(row.label, usual) && <LabelChip label={row.label} always />}
              {row.isDowngraded && <span className="person-note">{t("label.saidAgain")}</span>}
            </div>
            {row.files.length > 0 && <MessageFiles files={row.files} onOpen={onOpenImage} />}
            {row.outgoing && <OutgoingState row={row} />}
          </div>
          {canLower && (
            <div className="message-menu">
              <Menu
                label={t("message.menu")}
                buttonClass="icon-button"
                button={<Icon name="more" size={18} />}
                placement="bottom end"
                onChoose={() => onAskLower(row)}
                choices={[{ id: "lower", text: t("label.askLower"), mark: <Icon name="lock" size={16} /> }]}
              />
            </div>
          )}
        </article>
      )}
    </>
  );
});

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
