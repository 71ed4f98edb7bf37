/** Offers the labels that the server lists as legal here, and no others. */
import { useQuery } from "@tanstack/react-query";
import { labelsQuery } from "../../api/queries";
import type { Label } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { LabelDot, labelKey, labelText } from "../../ui/label";
import { Menu } from "../../ui/menu";

interface LabelPickerProps {
  labels: Label[];
  chosen: Label;
  isDisabled?: boolean;
  onChoose: (label: Label) => void;
}

export function LabelPicker({ labels, chosen, isDisabled, onChoose }: LabelPickerProps) {
  const t = useT();
  const language = useLanguage();
  const catalogue = useQuery(labelsQuery).data;
  const textOf = (label: Label) => labelText(catalogue, label, language);
  const choose = (key: string) => {
    const label = labels.find((one) => labelKey(one) === key);
    if (label) onChoose(label);
  };
  return (
    <Menu
      label={`${t("label.choose")}: ${textOf(chosen)}`}
      placement="top start"
      chosen={labelKey(chosen)}
      isDisabled={isDisabled}
      onChoose={choose}
      button={
        <>
          <LabelDot label={chosen} />
          <span>{textOf(chosen)}</span>
          {labels.length > 1 && <Icon name="down" size={14} />}
        </>
      }
      choices={labels.map((label) => ({
        id: labelKey(label),
        text: textOf(label),
        mark: <LabelDot label={label} />,
      }))}
    />
  );
}
