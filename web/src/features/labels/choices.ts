/** Which labels to put before somebody who changes one. The server has the last word. */
import type { Label, Labels, Me, OfferedLevel } from "../../api/types";

const numberOf = (labels: Labels, code: string | undefined): number =>
  labels.levels.find((one) => one.code === code)?.number ?? 0;

/** What one is cleared for oneself. */
export function clearedFor(labels: Labels, me: Pick<Me, "clearance">): OfferedLevel[] {
  const highest = numberOf(labels, me.clearance?.level);
  const held = labels.categories.filter((one) => me.clearance?.categories.includes(one.code));
  return labels.levels
    .filter((level) => level.number <= highest)
    .map((level) => ({ ...level, categories: level.number === 0 ? [] : held }));
}

/** Levels not below the label, with its categories among theirs. */
export function above(levels: readonly OfferedLevel[], labels: Labels, label: Label): OfferedLevel[] {
  const least = numberOf(labels, label.level);
  return levels.filter((one) => one.number >= least && one.number > 0);
}

/** Levels not above the label, with no categories but its own. */
export function below(levels: readonly OfferedLevel[], labels: Labels, label: Label): OfferedLevel[] {
  const most = numberOf(labels, label.level);
  return levels
    .filter((one) => one.number <= most)
    .map((one) => ({
      ...one,
      categories: one.categories.filter((category) => label.categories.includes(category.code)),
    }));
}
