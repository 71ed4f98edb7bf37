/** What has been written but not sent, and what it answers, per conversation (or `person:<id>` before there is one), kept in this browser. */
import { onLeave } from "../../api/session";
import type { Id } from "../../api/types";
import { createStore, forgetKept, keep, readKept } from "../../store";
import { forgetEdits } from "./edits";

type Drafts = Record<string, string>;

let owner: string | null = null;
const nameOf = (personId: string) => `chancery.drafts.${personId}`;

export const drafts = createStore<Drafts>({}, (value) => {
  if (owner) keep(nameOf(owner), value);
});

const repliesOf = (personId: string) => `chancery.replies.${personId}`;

/** Of the message that is answered its id alone is kept: what others said does not stay in the browser. */
const replies = createStore<Record<string, Id>>({}, (value) => {
  if (owner) keep(repliesOf(owner), value);
});

// What somebody began to write is theirs: it does not wait in the browser for whoever sits down next.
onLeave(() => {
  if (owner) for (const name of [nameOf(owner), repliesOf(owner)]) forgetKept(name);
  owner = null;
  drafts.set(() => ({}));
  replies.set(() => ({}));
  forgetEdits();
});

/** Reads the drafts of the person who signed in. */
export function openDrafts(personId: string): void {
  if (owner === personId) return;
  owner = null;
  const kept = readKept<Drafts>(nameOf(personId), {});
  const keptReplies = readKept<Record<string, Id>>(repliesOf(personId), {});
  drafts.set(() => kept);
  replies.set(() => keptReplies);
  forgetEdits();
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

export const replyOf = (scope: string): Id | null => replies.get()[scope] ?? null;
export const useReply = (scope: string): Id | null => replies.use((all) => all[scope] ?? null);

export function setReply(scope: string, messageId: Id | null): void {
  replies.set(({ [scope]: former, ...others }) => {
    if (messageId) return { ...others, [scope]: messageId };
    return former ? others : replies.get();
  });
}

export const useDraft = (scope: string): string => drafts.use((all) => all[scope] ?? "");
export const useHasDraft = (scope: string): boolean => drafts.use((all) => Boolean(all[scope]?.trim()));

/** The key of a draft to somebody with whom there is no conversation yet. */
export const personScope = (personId: string): string => `person:${personId}`;
