/** What the message that is being written answers: who said it, and the first line. */
import { skipToken, useQuery } from "@tanstack/react-query";
import { keys } from "../../api/keys";
import type { MessageWindow } from "../../api/messages";
import type { Id } from "../../api/types";
import { useT } from "../../i18n";
import { useActionT } from "../../i18n/message-actions";
import { IconButton } from "../../ui/button";
import { ActionIcon } from "../conversations/action-icon";
import { firstLine } from "../conversations/rows";
import "../../styles/message-actions.css";

interface ReplyBarProps {
  conversationId: Id;
  id: Id;
  onCancel: () => void;
}

export function ReplyBar({ conversationId, id, onCancel }: ReplyBarProps) {
  const t = useT();
  const say = useActionT();
  const answered = useQuery({
    queryKey: keys.messages(conversationId),
    queryFn: skipToken as typeof skipToken | (() => MessageWindow),
    select: (window) => window.messages.find((one) => one.id === id),
  }).data;
  const isGone = answered != null && (answered.deleted_at ?? answered.erased_at) != null;
  const files = answered?.files.length ?? 0;
  const words = answered && (firstLine(answered.body) || (files > 0 && t("files.brought", { count: files })));
  return (
    <div className="composer-bar" data-testid="reply-bar">
      <ActionIcon name="reply" />
      <p role="status">
        <strong>
          {answered ? say("reply.bar", { name: answered.author.display_name }) : say("reply.absent")}
        </strong>
        {answered && <span>{isGone ? t("message.deleted") : words}</span>}
      </p>
      <IconButton icon="close" label={say("reply.cancel")} onClick={onCancel} />
    </div>
  );
}
