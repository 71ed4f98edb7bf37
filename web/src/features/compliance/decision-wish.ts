/** What of a question about a decision is filled in, and when it can be asked. */
import type { PersonRef } from "../../api/types";
import type { NamedPlace } from "./place-name";

export interface WishFields {
  person: PersonRef | null;
  action: string;
  other: PersonRef | null;
  place: NamedPlace | null;
  hat: "own" | "acting" | "assistant" | "duty";
  principal: PersonRef | null;
  at: string | null;
}

/** What is done to a person, and not in a conversation of several. */
export const isBetweenPeople = (action: string): boolean =>
  action.startsWith("dm.") || action.startsWith("person.");

const isForSomebody = (hat: WishFields["hat"]): boolean => hat === "acting" || hat === "assistant";

export function hatOf({ hat, principal }: WishFields): string {
  return isForSomebody(hat) && principal ? `${hat}:${principal.id}` : hat;
}

export function isReady({ person, action, other, place, hat, principal }: WishFields): boolean {
  const target = isBetweenPeople(action) ? other : (place ?? other);
  return person !== null && target !== null && (!isForSomebody(hat) || principal !== null);
}
