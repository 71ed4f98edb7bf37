/** What a case or a hold is to be about, while it is being chosen. */
import type { PersonRef } from "../../api/types";
import type { Scope, ScopeBody } from "./case-api";
import type { NamedPlace } from "./place-name";

export interface ScopeDraft {
  people: PersonRef[];
  units: { id: string; name: string }[];
  places: NamedPlace[];
  from: string | null;
  until: string | null;
}

/** The most that one scope names. */
const MOST = 200;

export const emptyScope: ScopeDraft = { people: [], units: [], places: [], from: null, until: null };

export function draftOf(scope: Scope | null): ScopeDraft {
  if (!scope) return emptyScope;
  const { people, units, conversations, from, until } = scope;
  return { people, units, places: conversations, from, until };
}

export function bodyOf({ people, units, places, from, until }: ScopeDraft): ScopeBody {
  return {
    person_ids: people.map((one) => one.id),
    unit_ids: units.map((one) => one.id),
    conversation_ids: places.map((one) => one.id),
    from,
    until,
  };
}

export type ScopeFault = "empty" | "tooMuch" | "period";

export function faultOf({ people, units, places, from, until }: ScopeDraft): ScopeFault | null {
  const count = people.length + units.length + places.length;
  if (count === 0) return "empty";
  if (count > MOST) return "tooMuch";
  return from && until && from >= until ? "period" : null;
}
