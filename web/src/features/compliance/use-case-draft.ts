/** What a case is to say while it is being written, and keeping it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { dayEnds } from "../../days";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { askScope, type Case, caseKey, casesKey, changeCase, openCase } from "./case-api";
import { dayField } from "./moments";
import { bodyOf, draftOf, emptyScope, faultOf, type ScopeDraft } from "./scope-draft";

export interface CaseDraftOf {
  /** The draft that is written anew, or the case that is to have another scope. */
  of?: Case;
  what: "new" | "change" | "scope";
  /** What a new case is about to begin with. */
  about?: Partial<ScopeDraft>;
}

interface CaseDraft {
  number: string;
  reason: string;
  basis: string;
  endsAt: string | null;
  scope: ScopeDraft;
}

/** A case is read for a year at most; a quarter is what is mostly asked for. */
const USUAL_DAYS = 90;

/** The end of the day in so many days. */
const inDays = (days: number): string =>
  dayEnds(dayField(new Date(Date.now() + days * 86_400_000).toISOString()));

const begin = ({ of, what, about }: CaseDraftOf): CaseDraft => ({
  number: of?.number ?? "",
  // Why there is to be another scope is a reason of its own.
  reason: what === "change" ? (of?.reason ?? "") : "",
  basis: of?.legal_basis ?? "",
  endsAt: of?.ends_at ?? inDays(USUAL_DAYS),
  scope: of ? draftOf(of.scope) : { ...emptyScope, ...about },
});

async function keep({ of, what }: CaseDraftOf, draft: CaseDraft): Promise<void> {
  const { number, reason, basis, endsAt, scope } = draft;
  const told = { reason: reason.trim(), ends_at: endsAt ?? "", scope: bodyOf(scope) };
  if (what === "scope" && of) {
    await askScope(of.id, told);
    return;
  }
  const body = { ...told, number: number.trim(), legal_basis: basis.trim() };
  if (of) await changeCase(of.id, body);
  else navigate(paths.complianceCase((await openCase(body)).id));
}

export function useCaseDraft(about: CaseDraftOf, onKept: () => void) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => begin(about));
  const isNamed = about.what === "scope" || (draft.number.trim() !== "" && draft.basis.trim() !== "");
  const isReady =
    isNamed && draft.reason.trim() !== "" && draft.endsAt !== null && faultOf(draft.scope) === null;
  const keeping = useMutation({
    mutationFn: () => keep(about, draft),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: casesKey });
      if (about.of) void client.invalidateQueries({ queryKey: caseKey(about.of.id) });
      onKept();
    },
  });
  const change = (changed: Partial<CaseDraft>) => setDraft({ ...draft, ...changed });
  return { draft: { ...draft, isReady }, change, keeping };
}
