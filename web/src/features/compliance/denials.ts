/** Denials, put together where the same person was refused the same thing again and again. */
import type { PersonRef } from "../../api/types";
import type { Entry } from "./api";

export interface Denial {
  key: string;
  at: string;
  person: PersonRef | null;
  action: string;
  other: PersonRef | null;
  conversationId: string | null;
  rule: string;
  policyVersion: number | null;
}

export interface DenialGroup {
  key: string;
  /** The newest first. */
  denials: Denial[];
  newest: Denial;
  first: string;
  last: string;
  isRepeated: boolean;
}

/** From so many on, attempts are called repeated. */
export const REPEATED = 3;

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** What an entry of the record says of a denial. */
export function denialOf(entry: Entry): Denial {
  const said = entry.entry;
  const other = text(said.person_id);
  return {
    key: String(entry.seq),
    at: entry.at,
    person: entry.actor,
    action: text(said.action) ?? "",
    other: entry.people.find((person) => person.id === other) ?? null,
    conversationId: text(said.conversation_id),
    rule: text(said.rule) ?? "",
    policyVersion: typeof said.policy_version === "number" ? said.policy_version : null,
  };
}

/** The same person, the same thing, to the same person or in the same place, by the same rule. */
const sameness = ({ person, action, other, conversationId, rule }: Denial): string =>
  [person?.id, action, other?.id ?? conversationId, rule].join("|");

/** The most often repeated first; of those alike, the latest. */
export function groupDenials(denials: readonly Denial[]): DenialGroup[] {
  const groups = new Map<string, Denial[]>();
  for (const denial of denials) {
    const key = sameness(denial);
    groups.set(key, [...(groups.get(key) ?? []), denial]);
  }
  return [...groups].map(([key, group]) => groupOf(key, group)).sort(mostTellingFirst);
}

function groupOf(key: string, group: Denial[]): DenialGroup {
  const denials = [...group].sort((a, b) => b.at.localeCompare(a.at));
  const newest = denials[0] as Denial;
  const oldest = denials.at(-1) ?? newest;
  return {
    key,
    denials,
    newest,
    first: oldest.at,
    last: newest.at,
    isRepeated: denials.length >= REPEATED,
  };
}

function mostTellingFirst(a: DenialGroup, b: DenialGroup): number {
  return b.denials.length - a.denials.length || b.last.localeCompare(a.last);
}
