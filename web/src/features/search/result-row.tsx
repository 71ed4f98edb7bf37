/** One message that was found: where, by whom, when, and what of it was searched for. */
import { FormattedDate, FormattedTime } from "react-intl";
import type { Conversation } from "../../api/types";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { LabelChip } from "../../ui/label";
import { conversationIcon, useConversationName } from "../conversations/name";
import { FileNames } from "../files/file-names";
import type { Found } from "./api";

interface ResultRowProps {
  found: Found;
  /** Where it was said; null where the list of conversations has not come, or is older than the message. */
  conversation: Conversation | null;
  onOpen: () => void;
}

export function ResultRow({ found, conversation, onOpen }: ResultRowProps) {
  const { message, excerpt } = found;
  return (
    <Link
      className="found"
      data-id={message.id}
      to={`${paths.conversation(message.conversation_id)}?at=${message.seq}`}
      onClick={onOpen}
    >
      <Avatar person={message.author} />
      <div className="found-main">
        <p className="found-head">
          <strong>{message.author.display_name}</strong>
          <Place conversation={conversation} />
          <Moment at={message.created_at} />
        </p>
        {excerpt.length > 0 && (
          <p className="found-text">
            {excerpt.map((piece, index) =>
              piece.is_hit ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
            )}
          </p>
        )}
        <FileNames files={message.files} />
        <LabelChip label={message.label} />
      </div>
    </Link>
  );
}

function Place({ conversation }: { conversation: Conversation | null }) {
  const name = useConversationName(conversation, null);
  return (
    <span className="found-place">
      <Icon
        name={!conversation || conversation.kind === "direct" ? "write" : conversationIcon(conversation)}
        size={14}
      />
      <span>{name}</span>
    </span>
  );
}

function Moment({ at }: { at: string }) {
  const day = new Date(at);
  const today = new Date();
  const isToday = day.toDateString() === today.toDateString();
  const isOtherYear = day.getFullYear() !== today.getFullYear();
  return (
    <time dateTime={at}>
      {!isToday && (
        <>
          <FormattedDate
            value={day}
            day="numeric"
            month="short"
            year={isOtherYear ? "numeric" : undefined}
          />{" "}
        </>
      )}
      <FormattedTime value={day} hour="2-digit" minute="2-digit" hourCycle="h23" />
    </time>
  );
}
