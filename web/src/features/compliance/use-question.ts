/** What is asked about the past, kept in the address: a question can be sent to a colleague, and going back goes back. */
import { useMemo } from "react";
import { navigate, useSearch } from "../../navigation";
import { type AccessQuestion, paths } from "../../paths";
import type { Subject } from "./api";

export interface Question {
  subject: Subject | null;
  at: string | null;
  knownAt: string | null;
}

const ID = /^[0-9a-f-]{36}$/i;

export const idIn = (text: string | null): string | null => (text && ID.test(text) ? text : null);

export const momentIn = (text: string | null): string | null =>
  text && !Number.isNaN(Date.parse(text)) ? text : null;

export function readQuestion(search: string): Question {
  const asked = new URLSearchParams(search);
  const conversation = idIn(asked.get("conversation"));
  const who = idIn(asked.get("who"));
  const subject: Subject | null = conversation
    ? { kind: "conversation", id: conversation }
    : who
      ? { kind: "person", id: who }
      : null;
  return { subject, at: momentIn(asked.get("at")), knownAt: momentIn(asked.get("known")) };
}

export const addressOf = ({ subject, at, knownAt }: Question): AccessQuestion => ({
  ...(subject ? { [subject.kind === "conversation" ? "conversation" : "who"]: subject.id } : {}),
  ...(at ? { at } : {}),
  ...(knownAt ? { known: knownAt } : {}),
});

export function useQuestion() {
  const search = useSearch();
  const question = useMemo(() => readQuestion(search), [search]);
  const ask = (change: Partial<Question>) => {
    // Another subject is another page to go back from; moving in time is not.
    const replace = !("subject" in change);
    navigate(paths.complianceAccess(addressOf({ ...question, ...change })), { replace });
  };
  return { question, ask };
}
