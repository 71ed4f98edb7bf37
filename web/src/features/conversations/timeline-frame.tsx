/** The scrolled list of messages, wherever it begins. Only what is near the window is in the document. */
import { lazy, type ReactNode, type RefObject, Suspense, useState } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import type { Conversation, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { lazyPage } from "../../ui/lazy-page";
import { Waiting } from "../../ui/notice";
import { isPicture } from "../files/kinds";
import { MessageRow } from "./message-row";
import type { Row } from "./rows";

/** Not needed for the first paint: it comes right after. Without it one still reads and writes. */
const MessageActions = lazy(async () => {
  const program = await import("./message-actions").catch(() => null);
  return { default: program?.MessageActions ?? (() => <></>) };
});
const Lightbox = lazyPage(async () => (await import("../files/lightbox")).Lightbox);

/** Where a timeline is scrolled to, and what scrolling does. */
export interface Scrolled {
  rows: Row[];
  handle: RefObject<VirtualizerHandle | null>;
  box: RefObject<HTMLDivElement | null>;
  /** Whether lines are put in front, and the reader is to keep the place. */
  shift: boolean;
  isAtEnd: boolean;
  onScroll: (offset: number) => void;
  toEnd: () => void;
}

interface TimelineFrameProps {
  conversation: Conversation;
  me: PersonRef;
  timeline: Scrolled;
  isLoadingOlder: boolean;
  /** What stands before the first message. */
  lead?: ReactNode;
  /** What stands after all of it. */
  children?: ReactNode;
}

export function TimelineFrame({
  conversation,
  me,
  timeline,
  isLoadingOlder,
  lead,
  children,
}: TimelineFrameProps) {
  const t = useT();
  const { rows, box, handle } = timeline;
  /** Where the keyboard is: it stays in the document, also when it is scrolled out of sight. */
  const [walkedTo, setWalkedTo] = useState<string | null>(null);
  const [openImage, setOpenImage] = useState<string | null>(null);
  const kept = walkedTo === null ? -1 : rows.findIndex((row) => row.key === walkedTo);
  return (
    <div className="timeline-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard. */}
      <section className="timeline" ref={box} tabIndex={0} aria-label={t("timeline.label")}>
        <div className="timeline-lead">{lead}</div>
        <Virtualizer
          ref={handle}
          shift={timeline.shift}
          scrollRef={box}
          onScroll={timeline.onScroll}
          keepMounted={kept < 0 ? undefined : [kept]}
        >
          {rows.map((row) => (
            <MessageRow key={row.key} row={row} usual={conversation.label} onOpenImage={setOpenImage} />
          ))}
        </Virtualizer>
      </section>
      {isLoadingOlder && (
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
          box={box}
          handle={handle}
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
      {children}
    </div>
  );
}

/** Every image that has been read, in the order in which they were sent. */
const picturesOf = (rows: readonly Row[]) =>
  rows.flatMap((row) =>
    row.files.filter(isPicture).map((file) => ({ file, author: row.author, at: row.at })),
  );
