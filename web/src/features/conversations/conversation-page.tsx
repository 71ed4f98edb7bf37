/** A conversation: its head, its label, its messages, and the place to write. */
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { asApiError } from "../../api/errors";
import { conversationQuery, conversationsQuery, meQuery } from "../../api/queries";
import type { Conversation, Me } from "../../api/types";
import { useT } from "../../i18n";
import { useSearch } from "../../navigation";
import { LabelBanner } from "../../ui/label";
import { lazyPage } from "../../ui/lazy-page";
import { Failure, Waiting } from "../../ui/notice";
import { Composer } from "../composer/composer";
import { enqueue } from "../composer/outbox";
import { useAttaching } from "../composer/use-attaching";
import { DropZone } from "../files/drop-zone";
import { ConversationHead, GonePage } from "./conversation-head";
import { Timeline } from "./timeline";
import { TypingLine } from "./typing-line";

const TimelineAt = lazyPage(async () => (await import("../search/timeline-at")).TimelineAt);
const MembersPanel = lazyPage(async () => (await import("./members-panel")).MembersPanel);

export function ConversationPage({ id }: { id: string }) {
  const t = useT();
  const me = useQuery(meQuery).data;
  const inList = useQuery(conversationsQuery).data?.find((one) => one.id === id);
  const asked = useQuery(conversationQuery(id));
  if (asked.isError && asApiError(asked.error).status === 404) {
    // Whoever has just read here knows that it is there, and is told what became of it.
    return asked.data ? (
      <GonePage icon="lock" title={t("conversation.closedTitle")} text={t("conversation.closedText")} />
    ) : (
      <GonePage icon="info" title={t("conversation.goneTitle")} text={t("conversation.goneText")} />
    );
  }
  if (asked.isError && !asked.data)
    return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (!me || !asked.data) return <Waiting />;
  // The list hears of messages first; what one may do comes with the conversation itself.
  const conversation = inList
    ? {
        ...asked.data,
        unread_count: inList.unread_count,
        read_seq: inList.read_seq,
        last_seq: inList.last_seq,
      }
    : asked.data;
  return <OpenConversation conversation={conversation} me={me} />;
}

function OpenConversation({ conversation, me }: { conversation: Conversation; me: Me }) {
  const [showsMembers, setShowsMembers] = useState(false);
  /** The number of the message that the address asks for. */
  const at = new URLSearchParams(useSearch()).get("at");
  const isDirect = conversation.kind === "direct";
  const attaching = useAttaching({
    scope: conversation.id,
    hats: me.hats,
    isAllowed: conversation.can.includes("post"),
    open: () => conversation.id,
  });
  return (
    <div className="conversation-frame">
      <DropZone attaching={attaching}>
        <ConversationHead
          conversation={conversation}
          showsMembers={showsMembers}
          onToggleMembers={isDirect ? undefined : () => setShowsMembers(!showsMembers)}
        />
        <LabelBanner label={conversation.label} />
        {at ? (
          <Suspense fallback={<Waiting />}>
            <TimelineAt key={at} conversation={conversation} me={me} asked={at} />
          </Suspense>
        ) : (
          <Timeline conversation={conversation} me={me} />
        )}
        <TypingLine conversation={conversation} />
        <Composer
          scope={conversation.id}
          conversationId={conversation.id}
          personId={conversation.partner?.id}
          isAllowed={conversation.can.includes("post")}
          denial={conversation.denial}
          place={`/conversations/${conversation.id}`}
          hats={me.hats}
          ask={{ action: isDirect ? "dm.send" : "ch.post", conversation_id: conversation.id }}
          attaching={attaching}
          onSend={(message) => enqueue({ ...message, conversationId: conversation.id })}
        />
      </DropZone>
      {showsMembers && (
        <Suspense fallback={null}>
          <MembersPanel conversation={conversation} onClose={() => setShowsMembers(false)} />
        </Suspense>
      )}
    </div>
  );
}
