/** Asks that a message is said again under a lower label. */
import type { Conversation } from "../../api/types";
import { useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { LabelChip } from "../../ui/label";
import type { Row } from "../conversations/rows";
import { FileNames } from "../files/file-names";
import { LowerForm } from "./lower-form";

interface AskLowerDialogProps {
  conversation: Conversation;
  message: Row;
  onClose: () => void;
}

export function AskLowerDialog({ conversation, message, onClose }: AskLowerDialogProps) {
  const t = useT();
  if (!message.id || !message.label) return null;
  return (
    <Dialog title={t("label.askLower")} onClose={onClose}>
      <div className="form label-form">
        <blockquote className="label-quote">
          <LabelChip label={message.label} always />
          {message.body && <p>{message.body}</p>}
          <FileNames files={message.files} />
        </blockquote>
        <p className="fine">{t("label.askText")}</p>
        <LowerForm
          conversation={conversation}
          message={{ id: message.id, label: message.label }}
          onClose={onClose}
        />
      </div>
    </Dialog>
  );
}
