/** The scrolled list of messages. Only what is near the window is in the document. */
import { Suspense, useState } from "react";
import { Virtualizer } from "virtua";
import type { Conversation, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { lazyPage } from "../../ui/lazy-page";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { isPicture } from "../files/kinds";
import { AskLowerDialog } from "../labels/ask-lower-dialog";
import { MessageRow } from "./message-row";
import { conversationIcon } from "./name";
import type { Row } from "./rows";
import { useTimeline } from "./use-timeline";

const Lightbox = lazyPage(async () => (await import("../files/lightbox")).Lightbox);

export function Timeline({ conversation, me }: { conversation: Conversation; me: PersonRef }) {
  const t = useT();
  const timeline = useTimeline(conversation, me);
  const { messages, rows } = timeline;
  const [lowering, setLowering] = useState<Row | null>(null);
  const [openImage, setOpenImage] = useState<string | null>(null);
  if (messages.isPending) return <Waiting />;
  if (messages.isError) return <Failure error={messages.error} onRetry={() => void messages.refetch()} />;
  const hasOlder = messages.data.hasOlder;
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
        >
          {rows.map((row) => (
            <MessageRow
              key={row.key}
              row={row}
              usual={conversation.label}
              onOpenImage={setOpenImage}
              onAskLower={conversation.can.includes("ask_lower_label") ? setLowering : undefined}
            />
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
      {lowering && (
        <AskLowerDialog conversation={conversation} message={lowering} onClose={() => setLowering(null)} />
      )}
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
      <Announcer last={rows.at(-1)} myId={me.id} />
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

/** Reads a new message of somebody else out, and nothing of the history. */
function Announcer({ last, myId }: { last: Row | undefined; myId: string }) {
  const t = useT();
  const words = [last?.body, last?.files.length ? t("files.brought", { count: last.files.length }) : ""];
  return (
    <p className="visually-hidden" aria-live="polite">
      {last && last.author.id !== myId
        ? `${last.author.display_name}: ${words.filter(Boolean).join(", ")}`
        : ""}
    </p>
  );
}
