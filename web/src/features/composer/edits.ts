/** Messages that are being changed, per conversation, the one at hand first. The draft waits untouched meanwhile. */
import type { Id } from "../../api/types";
import { createStore } from "../../store";

export interface Edit {
  id: Id;
  text: string;
  /** Why it was not saved, in the server's words; empty where the server did not answer. */
  error: string | null;
}

type Edits = Record<string, readonly Edit[]>;

export const edits = createStore<Edits>({});

export const useEdit = (scope: string): Edit | null => edits.use((all) => all[scope]?.[0] ?? null);

export function forgetEdits(): void {
  edits.set(() => ({}));
}
