/** The label of a conversation: raise it, with a look at who would lose access, or ask for a lower one. */
import { useState } from "react";
import type { Conversation } from "../../api/types";
import { useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { LabelChip } from "../../ui/label";
import { LowerForm } from "./lower-form";
import { RaiseForm } from "./raise-form";

interface LabelDialogProps {
  conversation: Conversation;
  canLower: boolean;
  onClose: () => void;
}

export function LabelDialog({ conversation, canLower, onClose }: LabelDialogProps) {
  const t = useT();
  const canRaise = conversation.can.includes("raise_label");
  const [way, setWay] = useState<"raise" | "lower">(canRaise ? "raise" : "lower");
  return (
    <Dialog title={t("label.title")} onClose={onClose}>
      <div className="form label-form">
        <p>
          {t("label.present")} <LabelChip label={conversation.label} always />
        </p>
        {canRaise && canLower && (
          <fieldset className="choice-row">
            <legend className="visually-hidden">{t("label.change")}</legend>
            {(["raise", "lower"] as const).map((one) => (
              <label key={one}>
                <input type="radio" name="way" checked={way === one} onChange={() => setWay(one)} />
                <span>{t(`label.way.${one}`)}</span>
              </label>
            ))}
          </fieldset>
        )}
        {way === "raise" ? (
          <RaiseForm conversation={conversation} onClose={onClose} />
        ) : (
          <LowerForm conversation={conversation} onClose={onClose} />
        )}
      </div>
    </Dialog>
  );
}
