/** Entries of the record and findings of a check as sentences. A kind that a newer server has added is shown by its fields. */
import type { PersonRef } from "../../api/types";
import { type MessageId, type Translate, termOf } from "../../i18n";
import { en } from "../../i18n/en";
import { valueName } from "../policy/words";
import type { CheckFinding, Entry, Values } from "./api";

const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

const firstOf = (said: Values, ...fields: string[]): string =>
  fields.map((field) => text(said[field])).find((value) => value !== "") ?? "";

/** What happened, in one sentence; nothing for a kind that this client does not know. */
export function entrySentence(t: Translate, { kind, actor, entry, people }: Entry): string | null {
  const id = `compliance.entry.${kind}`;
  if (!(id in en)) return null;
  const nameOf = (...fields: string[]) => nameIn(t, people, firstOf(entry, ...fields));
  if (kind.endsWith(".denied") && text(entry.person_id))
    return t("compliance.deed.deniedTo", {
      name: actor?.display_name ?? t("compliance.somebody"),
      action: valueName(t, "act", text(entry.action)),
      other: nameOf("person_id"),
    });
  return t(id as MessageId, {
    actor: actor?.display_name ?? t("compliance.system"),
    person: nameOf("person_id"),
    other: nameOf("target_id", "principal_id"),
    number: firstOf(entry, "number", "version", "base"),
    name: firstOf(entry, "name", "to", "source"),
    action: valueName(t, "act", text(entry.action)),
    address: firstOf(entry, "address"),
    seq: firstOf(entry, "seq"),
    from: firstOf(entry, "from_seq"),
    until: firstOf(entry, "until_seq"),
    count: Number(firstOf(entry, "found", "entries", "messages", "count", "erased") || 0),
    look: termOf(t, "compliance.look", text(entry.look)),
    month: firstOf(entry, "month").slice(0, 7),
  });
}

function nameIn(t: Translate, people: readonly PersonRef[], id: string): string {
  const found = people.find((person) => person.id === id);
  return found?.display_name || t("compliance.somebody");
}

/** Whom and what an entry is about, beside its sentence. */
export function entryReason({ entry }: Entry): string | null {
  return firstOf(entry, "reason", "note") || null;
}

export const entryRule = ({ entry }: Entry): string | null => firstOf(entry, "rule") || null;

/** Every field of an entry, names in the place of the ids of people. */
export function entryFields({ entry, people }: Pick<Entry, "entry" | "people">): [string, string][] {
  return Object.entries(entry).flatMap(([field, value]): [string, string][] => {
    if (value === null || value === undefined || value === "") return [];
    const name = people.find((person) => person.id === value)?.display_name;
    if (name) return [[field, name]];
    return [[field, typeof value === "object" ? JSON.stringify(value) : String(value)]];
  });
}

/** What a check found, in one sentence. */
export function findingSentence(t: Translate, finding: CheckFinding): string {
  const said: Values = finding;
  const id = `compliance.finding.${finding.code}`;
  if (!(id in en)) return JSON.stringify(finding);
  const parts = Array.isArray(said.what)
    ? said.what.map((part) => termOf(t, "compliance.altered", String(part)))
    : [];
  return t(id as MessageId, {
    seq: firstOf(said, "seq"),
    kind: firstOf(said, "kind"),
    leaf: firstOf(said, "leaf", "leaf_seq"),
    from: firstOf(said, "from_leaf"),
    until: firstOf(said, "to_leaf"),
    size: firstOf(said, "size", "signed"),
    leaves: firstOf(said, "leaves"),
    place: firstOf(said, "place"),
    why: firstOf(said, "why"),
    table: termOf(t, "compliance.table", firstOf(said, "table")),
    key: firstOf(said, "key"),
    what: parts.join(", "),
  });
}

/** The conversation that a finding is about, which the sentence does not spell out. */
export const findingPlace = (finding: CheckFinding): string | null =>
  "conversation_id" in finding ? finding.conversation_id : null;
