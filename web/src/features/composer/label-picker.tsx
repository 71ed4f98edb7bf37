/** Offers the labels that the server lists as legal here, and no others. */
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import type { Label, OfferedLevel } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { LabelChip, type Marked, markingText } from "../../ui/label";
import { LabelFields } from "../labels/label-fields";

interface LabelPickerProps {
  levels: readonly OfferedLevel[];
  chosen: Marked;
  isDisabled?: boolean;
  onChoose: (label: Label) => void;
}

export function LabelPicker({ levels, chosen, isDisabled = false, onChoose }: LabelPickerProps) {
  const t = useT();
  const language = useLanguage();
  const isOne = levels.length === 1 && levels[0]?.categories.length === 0;
  return (
    <DialogTrigger>
      <AriaButton
        className="menu-button label-button"
        aria-label={`${t("label.choose")}: ${markingText(chosen, language)}`}
        isDisabled={isDisabled || isOne}
      >
        <LabelChip label={chosen} always />
        {!isOne && <Icon name="down" size={14} />}
      </AriaButton>
      <Popover className="popover" placement="top start">
        <Dialog className="label-popover" aria-label={t("label.choose")}>
          <LabelFields legend={t("label.choose")} levels={levels} chosen={chosen} onChoose={onChoose} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
