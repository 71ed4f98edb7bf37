/** The messages of a conversation, from the newest back. */
import type { Conversation, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { useGoneWords } from "./message-row";
import { conversationIcon } from "./name";
import type { Row } from "./rows";
import { TimelineFrame } from "./timeline-frame";
import { useTimeline } from "./use-timeline";

export function Timeline({ conversation, me }: { conversation: Conversation; me: PersonRef }) {
  const timeline = useTimeline(conversation, me);
  const { messages, rows } = timeline;
  const last = rows.at(-1);
  if (messages.isPending) return <Waiting />;
  if (messages.isError) return <Failure error={messages.error} onRetry={() => void messages.refetch()} />;
  return (
    <TimelineFrame
      conversation={conversation}
      me={me}
      timeline={timeline}
      isLoadingOlder={timeline.isLoadingOlder}
      lead={!messages.data.hasOlder && rows.length === 0 && <Beginning conversation={conversation} />}
    >
      <p className="visually-hidden" aria-live="polite">
        {last && last.author.id !== me.id && <Said row={last} />}
      </p>
    </TimelineFrame>
  );
}

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
