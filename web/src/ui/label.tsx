/** Labels as people read them: the marking that the server gives, in its text and its colours. */
import type { CSSProperties } from "react";
import type { Label, LabelCategory, LabelMarking, OfferedLevel } from "../api/types";
import type { Language } from "../features/settings/preferences";
import { useLanguage } from "../i18n";
import { Icon } from "./icon";

/** A label and what is shown of it: the server's marking, or the markings of the parts that somebody has just chosen. */
export interface Marked extends Label {
  marking: LabelMarking;
  /** Those of the categories, where `marking` is that of the level alone. */
  parts?: Pick<LabelMarking, "ru" | "en">[];
}

export const OPEN: Label = { level: "open", categories: [] };

export const isOpen = (label: Label): boolean => label.level === "open" && label.categories.length === 0;
export const labelKey = (label: Label): string => [label.level, ...[...label.categories].sort()].join("+");
export const sameLabel = (a: Label, b: Label): boolean => labelKey(a) === labelKey(b);
/** Only what decides: what is sent. */
export const codesOf = ({ level, categories }: Label): Label => ({ level, categories });

/** The label that is chosen, with the markings of its parts. */
export function markedOf(levels: readonly OfferedLevel[], label: Label): Marked | null {
  const level = levels.find((one) => one.code === label.level);
  if (!level) return null;
  const chosen = level.categories.filter((one) => label.categories.includes(one.code));
  if (chosen.length !== label.categories.length) return null;
  return { ...codesOf(label), marking: level.marking, parts: chosen.map(markingOfCategory) };
}

const markingOfCategory = (category: LabelCategory) => ({ ru: category.marking_ru, en: category.marking_en });

export function markingText(label: Marked, language: Language): string {
  return [label.marking, ...(label.parts ?? [])].map((one) => one[language]).join(" ");
}

const coloursOf = ({ foreground, background }: LabelMarking): CSSProperties => ({
  color: foreground,
  background,
});

function Parts({ label }: { label: Marked }) {
  const language = useLanguage();
  return (
    <>
      <span>{label.marking[language]}</span>
      {label.parts?.map((part) => (
        <span key={part.en} className="label-part">
          {part[language]}
        </span>
      ))}
    </>
  );
}

export function LabelBanner({ label }: { label: Marked }) {
  if (isOpen(label)) return null;
  return (
    <div className="label-banner" style={coloursOf(label.marking)} data-testid="label-banner">
      <Icon name="lock" size={15} />
      <Parts label={label} />
    </div>
  );
}

/** The marking of a label; of what is unlabelled only where that must be said. */
export function LabelChip({ label, always = false }: { label: Marked; always?: boolean }) {
  if (isOpen(label) && !always) return null;
  return (
    <span className="label-chip" style={coloursOf(label.marking)}>
      <Parts label={label} />
    </span>
  );
}

export function LabelDot({ label }: { label: Marked }) {
  return <span className="label-dot" style={{ background: label.marking.background }} aria-hidden="true" />;
}
