/** Who is typing where. Forgotten after a few seconds without a new sign. */
import { useSyncExternalStore } from "react";

const LASTS_MS = 6_000;

const typing = new Map<string, Map<string, ReturnType<typeof setTimeout>>>();
let snapshots = new Map<string, readonly string[]>();
const listeners = new Set<() => void>();
const NOBODY: readonly string[] = [];

function changed(conversationId: string): void {
  snapshots = new Map(snapshots).set(conversationId, [...(typing.get(conversationId)?.keys() ?? [])]);
  for (const listener of listeners) listener();
}

export function noteTyping(conversationId: string, personId: string): void {
  const people = typing.get(conversationId) ?? new Map<string, ReturnType<typeof setTimeout>>();
  typing.set(conversationId, people);
  clearTimeout(people.get(personId));
  people.set(
    personId,
    setTimeout(() => stopTyping(conversationId, personId), LASTS_MS),
  );
  changed(conversationId);
}

export function stopTyping(conversationId: string, personId: string): void {
  const people = typing.get(conversationId);
  const timer = people?.get(personId);
  if (!people || timer === undefined) return;
  clearTimeout(timer);
  people.delete(personId);
  changed(conversationId);
}

export function useTyping(conversationId: string): readonly string[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => snapshots.get(conversationId) ?? NOBODY,
  );
}
