/** What has been written but not sent, per conversation (or `person:<id>` before there is one), kept in this browser. */
import { onLeave } from "../../api/session";
import { createStore, forgetKept, keep, readKept } from "../../store";

type Drafts = Record<string, string>;

let owner: string | null = null;
const nameOf = (personId: string) => `chancery.drafts.${personId}`;

export const drafts = createStore<Drafts>({}, (value) => {
  if (owner) keep(nameOf(owner), value);
});

// What somebody began to write is theirs: it does not wait in the browser for whoever sits down next.
onLeave(() => {
  if (owner) forgetKept(nameOf(owner));
  owner = null;
  drafts.set(() => ({}));
});

/** Reads the drafts of the person who signed in. */
export function openDrafts(personId: string): void {
  if (owner === personId) return;
  owner = null;
  const kept = readKept<Drafts>(nameOf(personId), {});
  drafts.set(() => kept);
  owner = personId;
}

export function setDraft(scope: string, text: string): void {
  drafts.set((all) => {
    if ((all[scope] ?? "") === text) return all;
    const { [scope]: _former, ...others } = all;
    return text ? { ...others, [scope]: text } : others;
  });
}

export function draftOf(scope: string): string {
  return drafts.get()[scope] ?? "";
}

/** Gives a refused text back, in front of what has been typed since. */
export function restoreDraft(scope: string, text: string): void {
  const since = draftOf(scope);
  setDraft(scope, since && since !== text ? `${text}\n${since}` : text);
}

export const useDraft = (scope: string): string => drafts.use((all) => all[scope] ?? "");
export const useHasDraft = (scope: string): boolean => drafts.use((all) => Boolean(all[scope]?.trim()));

/** The key of a draft to somebody with whom there is no conversation yet. */
export const personScope = (personId: string): string => `person:${personId}`;
