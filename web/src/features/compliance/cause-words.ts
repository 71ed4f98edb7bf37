/** What made that somebody gained or lost something, as a sentence and the values that changed. */
import { type MessageId, type Translate, termOf } from "../../i18n";
import { en } from "../../i18n/en";
import type { Cause, Values } from "./api";

/** Ids, dates that the line already has, and settings that say nothing to a reader. */
const SILENT = /^(id|valid|in_force|begun_by|label_policy|utc_offset_minutes)$|_id$/;

export function causeSentence(t: Translate, { of, before, after, person, other }: Cause): string {
  const how = before === null ? "came" : after === null ? "went" : "changed";
  const id = `compliance.cause.${of}.${how}`;
  const known = id in en ? t(id as MessageId) : `${of}: ${t(`compliance.cause.${how}`)}`;
  const names = [person, other].flatMap((one) => (one ? [one.display_name] : []));
  return names.length > 0 ? `${known}: ${names.join(" – ")}` : known;
}

/** What is different, as `field: before → after`; all of it where something came or went. */
export function causeFields(t: Translate, { before, after }: Pick<Cause, "before" | "after">): string[] {
  const fields = Object.keys({ ...before, ...after }).filter((field) => !SILENT.test(field));
  return fields.flatMap((field) => {
    const [was, is] = [said(before, field), said(after, field)];
    if (was === is) return [];
    const name = termOf(t, "compliance.field", field);
    if (before === null) return [`${name}: ${is}`];
    if (after === null) return [`${name}: ${was}`];
    return [`${name}: ${was} → ${is}`];
  });
}

function said(values: Values | null, field: string): string {
  const value = values?.[field];
  if (value === null || value === undefined || value === "") return "—";
  if (Array.isArray(value)) return value.length > 0 ? value.map(String).join(", ") : "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
