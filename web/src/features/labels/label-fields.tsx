/** Levels with their markings, and the categories that may go with the one that is chosen. */
import { useId } from "react";
import type { Label, OfferedLevel } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { LabelChip } from "../../ui/label";

interface LabelFieldsProps {
  legend: string;
  levels: readonly OfferedLevel[];
  chosen: Label | null;
  /** Categories that stay, whatever is chosen. */
  kept?: readonly string[];
  onChoose: (label: Label) => void;
}

export function LabelFields({ legend, levels, chosen, kept = [], onChoose }: LabelFieldsProps) {
  const t = useT();
  const language = useLanguage();
  const group = useId();
  const level = levels.find((one) => one.code === chosen?.level);
  const nameOf = (item: { name_ru: string; name_en: string }) =>
    language === "ru" ? item.name_ru : item.name_en;
  const chooseLevel = (next: OfferedLevel) => {
    const possible = next.categories.map((one) => one.code);
    const held = [...new Set([...kept, ...(chosen?.categories ?? [])])];
    onChoose({ level: next.code, categories: held.filter((code) => possible.includes(code)) });
  };
  const toggle = (code: string) => {
    if (!chosen) return;
    const categories = chosen.categories.includes(code)
      ? chosen.categories.filter((one) => one !== code)
      : [...chosen.categories, code];
    onChoose({ ...chosen, categories });
  };
  return (
    <>
      <fieldset className="label-levels">
        <legend>{legend}</legend>
        {levels.map((one) => (
          <label key={one.code} title={nameOf(one)}>
            <input
              type="radio"
              name={group}
              checked={one.code === chosen?.level}
              onChange={() => chooseLevel(one)}
            />
            <LabelChip label={{ level: one.code, categories: [], marking: one.marking }} always />
          </label>
        ))}
      </fieldset>
      {level && level.categories.length > 0 && (
        <fieldset className="choice-row label-categories">
          <legend>{t("new.categories")}</legend>
          {level.categories.map((one) => (
            <label key={one.code}>
              <input
                type="checkbox"
                checked={chosen?.categories.includes(one.code) ?? false}
                disabled={kept.includes(one.code)}
                onChange={() => toggle(one.code)}
              />
              <span>{nameOf(one)}</span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
