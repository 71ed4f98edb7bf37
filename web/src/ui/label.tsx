/** Labels as people read them: the level's name, its categories, and the level's own colour. */
import { useQuery } from "@tanstack/react-query";
import { labelsQuery } from "../api/queries";
import type { Label, LabelLevel, Labels } from "../api/types";
import type { Language } from "../features/settings/preferences";
import { useLanguage } from "../i18n";
import { Icon } from "./icon";

export const isOpen = (label: Label): boolean => label.level === "open" && label.categories.length === 0;
export const labelKey = (label: Label): string => [label.level, ...[...label.categories].sort()].join("+");
export const sameLabel = (a: Label, b: Label): boolean => labelKey(a) === labelKey(b);

export function labelText(labels: Labels | undefined, label: Label, language: Language): string {
  const name = (item: { name_ru: string; name_en: string } | undefined, code: string) =>
    (language === "ru" ? item?.name_ru : item?.name_en) ?? code;
  const level = labels?.levels.find((one) => one.code === label.level);
  const categories = label.categories.map((code) =>
    name(
      labels?.categories.find((one) => one.code === code),
      code,
    ),
  );
  return [name(level, label.level), ...categories].join(" · ");
}

/** Black or white, whichever can be read on `colour`. */
export function inkOn(colour: string): string {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  const onBlack = (luminance + 0.05) / 0.05;
  return onBlack > 1.05 / (luminance + 0.05) ? "#111418" : "#ffffff";
}

function useLabel(label: Label): { text: string; level: LabelLevel | undefined } {
  const language = useLanguage();
  const labels = useQuery(labelsQuery).data;
  return {
    text: labelText(labels, label, language),
    level: labels?.levels.find((one) => one.code === label.level),
  };
}

const coloursOf = (level: LabelLevel | undefined) =>
  level && /^#[0-9a-f]{6}$/i.test(level.colour)
    ? { background: level.colour, color: inkOn(level.colour) }
    : undefined;

export function LabelBanner({ label }: { label: Label }) {
  const { text, level } = useLabel(label);
  if (isOpen(label)) return null;
  return (
    <div className="label-banner" style={coloursOf(level)} data-testid="label-banner">
      <Icon name="lock" size={15} />
      <span>{text}</span>
    </div>
  );
}

export function LabelChip({ label }: { label: Label }) {
  const { text, level } = useLabel(label);
  if (isOpen(label)) return null;
  return (
    <span className="label-chip" style={coloursOf(level)}>
      {text}
    </span>
  );
}

export function LabelDot({ label }: { label: Label }) {
  const { level } = useLabel(label);
  return (
    <span className="label-dot" style={level ? { background: level.colour } : undefined} aria-hidden="true" />
  );
}
