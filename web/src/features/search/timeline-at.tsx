/** A conversation at one message, however old: that one is marked, and from there one reads on in both directions. */
import type { Conversation, PersonRef } from "../../api/types";
import { Failure, Waiting } from "../../ui/notice";
import { TimelineFrame } from "../conversations/timeline-frame";
import { useTimelineAt } from "./use-timeline-at";

interface TimelineAtProps {
  conversation: Conversation;
  me: PersonRef;
  /** The number of the message, as an address has it. */
  asked: string;
}

export function TimelineAt({ conversation, me, asked }: TimelineAtProps) {
  // What is no number is the first message.
  const timeline = useTimelineAt(conversation, me, Number(/^\d{1,15}$/.exec(asked)?.[0] ?? 1) || 1);
  const { messages } = timeline;
  if (messages.isPending) return <Waiting />;
  if (messages.isError) return <Failure error={messages.error} onRetry={() => void messages.refetch()} />;
  return (
    <TimelineFrame
      conversation={conversation}
      me={me}
      timeline={timeline}
      isLoadingOlder={timeline.isBusy === "older"}
    />
  );
}
