/** The label in the head of a conversation, which opens the dialog to raise it or to ask for a lower one. */
import { useState } from "react";
import type { Conversation } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { isOpen, markingText } from "../../ui/label";
import { LabelDialog } from "./label-dialog";

export function ConversationLabel({ conversation }: { conversation: Conversation }) {
  const t = useT();
  const language = useLanguage();
  const [isShown, setShown] = useState(false);
  const { label, can } = conversation;
  const canLower = can.includes("ask_lower_label") && !isOpen(label);
  if (!can.includes("raise_label") && !canLower) return null;
  const text = `${t("label.change")}: ${markingText(label, language)}`;
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label={text}
        title={text}
        aria-haspopup="dialog"
        onClick={() => setShown(true)}
      >
        <Icon name="lock" />
      </button>
      {isShown && (
        <LabelDialog conversation={conversation} canLower={canLower} onClose={() => setShown(false)} />
      )}
    </>
  );
}
