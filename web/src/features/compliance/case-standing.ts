/** Where a case stands, as people say it: also that its end date has passed, which no state tells. */
import type { Case } from "./case-api";

export type CaseStanding = "draft" | "requested" | "in_force" | "ended" | "rejected" | "closed";

export function standingOf({ state, is_in_force }: Pick<Case, "state" | "is_in_force">): CaseStanding {
  if (state !== "approved") return state;
  return is_in_force ? "in_force" : "ended";
}

export const toneOf: Record<CaseStanding, "good" | "warn" | "bad" | "plain"> = {
  draft: "plain",
  requested: "warn",
  in_force: "good",
  ended: "plain",
  rejected: "bad",
  closed: "plain",
};
