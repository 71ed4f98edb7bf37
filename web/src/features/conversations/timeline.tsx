/** The scrolled list of messages. Only what is near the window is in the document. */
import { lazy, Suspense, useState } from "react";
import { Virtualizer } from "virtua";
import type { Conversation, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { lazyPage } from "../../ui/lazy-page";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { isPicture } from "../files/kinds";
import { MessageRow, useGoneWords } from "./message-row";
import { conversationIcon } from "./name";
import type { Row } from "./rows";
import { useTimeline } from "./use-timeline";

/** Not needed for the first paint: it comes right after. Without it one still reads and writes. */
const MessageActions = lazy(async () => {
  const program = await import("./message-actions").catch(() => null);
  return { default: program?.MessageActions ?? (() => <></>) };
});
const Lightbox = lazyPage(async () => (await import("../files/lightbox")).Lightbox);

export function Timeline({ conversation, me }: { conversation: Conversation; me: PersonRef }) {
  const t = useT();
  const timeline = useTimeline(conversation, me);
  const { messages, rows } = timeline;
  const last = rows.at(-1);
  /** Where the keyboard is: it stays in the document, also when it is scrolled out of sight. */
  const [walkedTo, setWalkedTo] = useState<string | null>(null);
  const [openImage, setOpenImage] = useState<string | null>(null);
  if (messages.isPending) return <Waiting />;
  if (messages.isError) return <Failure error={messages.error} onRetry={() => void messages.refetch()} />;
  const hasOlder = messages.data.hasOlder;
  const kept = walkedTo === null ? -1 : rows.findIndex((row) => row.key === walkedTo);
  return (
    <div className="timeline-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard. */}
      <section className="timeline" ref={timeline.box} tabIndex={0} aria-label={t("timeline.label")}>
        <div className="timeline-lead">
          {!hasOlder && rows.length === 0 && <Beginning conversation={conversation} />}
        </div>
        <Virtualizer
          ref={timeline.handle}
          shift={timeline.shift}
          scrollRef={timeline.box}
          onScroll={timeline.onScroll}
          keepMounted={kept < 0 ? undefined : [kept]}
        >
          {rows.map((row) => (
            <MessageRow key={row.key} row={row} usual={conversation.label} onOpenImage={setOpenImage} />
          ))}
        </Virtualizer>
      </section>
      {timeline.isLoadingOlder && (
        <div className="timeline-older">
          <Waiting />
        </div>
      )}
      {!timeline.isAtEnd && (
        <button type="button" className="timeline-end" onClick={timeline.toEnd}>
          <Icon name="down" size={16} />
          <span>{conversation.unread_count > 0 ? t("timeline.newBelow") : t("timeline.toEnd")}</span>
        </button>
      )}
      <Suspense fallback={null}>
        <MessageActions
          conversation={conversation}
          me={me}
          rows={rows}
          box={timeline.box}
          handle={timeline.handle}
          onWalk={setWalkedTo}
        />
      </Suspense>
      {openImage && (
        <Suspense fallback={null}>
          <Lightbox
            pictures={picturesOf(rows)}
            shown={openImage}
            onShow={setOpenImage}
            onClose={() => setOpenImage(null)}
          />
        </Suspense>
      )}
      <p className="visually-hidden" aria-live="polite">
        {last && last.author.id !== me.id && <Said row={last} />}
      </p>
    </div>
  );
}

/** Every image that has been read, in the order in which they were sent. */
const picturesOf = (rows: readonly Row[]) =>
  rows.flatMap((row) =>
    row.files.filter(isPicture).map((file) => ({ file, author: row.author, at: row.at })),
  );

function Beginning({ conversation }: { conversation: Conversation }) {
  const t = useT();
  const partner = conversation.partner;
  return (
    <Empty
      icon={partner ? "write" : conversationIcon(conversation)}
      title={partner ? t("timeline.emptyDirect", { name: partner.display_name }) : t("timeline.emptyRoom")}
      text={t("timeline.emptyText")}
    />
  );
}

/** A new message of somebody else, as it is read out. */
function Said({ row }: { row: Row }) {
  const t = useT();
  const files = row.files.length > 0 ? t("files.brought", { count: row.files.length }) : "";
  const words = [useGoneWords(row) ?? row.body, files].filter(Boolean).join(", ");
  return `${row.author.display_name}: ${words}`;
}
