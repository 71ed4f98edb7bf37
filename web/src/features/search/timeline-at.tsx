/** A conversation at one message, however old: that one is marked, and from there one reads on in both directions. */
import { Suspense, useState } from "react";
import { Virtualizer } from "virtua";
import type { Conversation, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { lazyPage } from "../../ui/lazy-page";
import { Failure, Waiting } from "../../ui/notice";
import { MessageActions } from "../conversations/message-actions";
import { MessageRow } from "../conversations/message-row";
import { isPicture } from "../files/kinds";
import { useTimelineAt } from "./use-timeline-at";

const Lightbox = lazyPage(async () => (await import("../files/lightbox")).Lightbox);

interface TimelineAtProps {
  conversation: Conversation;
  me: PersonRef;
  /** The number of the message, as an address has it. */
  asked: string;
}

export function TimelineAt({ conversation, me, asked }: TimelineAtProps) {
  const t = useT();
  // What is no number is the first message.
  const timeline = useTimelineAt(conversation, me, Number(/^\d{1,15}$/.exec(asked)?.[0] ?? 1) || 1);
  const { messages, rows } = timeline;
  const [walkedTo, setWalkedTo] = useState<string | null>(null);
  const [openImage, setOpenImage] = useState<string | null>(null);
  if (messages.isPending) return <Waiting />;
  if (messages.isError) return <Failure error={messages.error} onRetry={() => void messages.refetch()} />;
  const kept = walkedTo === null ? -1 : rows.findIndex((row) => row.key === walkedTo);
  const pictures = rows.flatMap((row) =>
    row.files.filter(isPicture).map((file) => ({ file, author: row.author, at: row.at })),
  );
  return (
    <div className="timeline-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard. */}
      <section className="timeline" ref={timeline.box} tabIndex={0} aria-label={t("timeline.label")}>
        <div className="timeline-lead" />
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
      {timeline.isBusy === "older" && (
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
      <MessageActions
        conversation={conversation}
        me={me}
        rows={rows}
        box={timeline.box}
        handle={timeline.handle}
        onWalk={setWalkedTo}
      />
      <Suspense fallback={null}>
        {openImage && (
          <Lightbox
            pictures={pictures}
            shown={openImage}
            onShow={setOpenImage}
            onClose={() => setOpenImage(null)}
          />
        )}
      </Suspense>
    </div>
  );
}
