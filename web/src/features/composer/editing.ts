/** Begins, goes on with and ends the change of a message. One that was refused comes back, so that no text is lost. */
import type { Id } from "../../api/types";
import { type Edit, edits } from "./edits";

function change(scope: string, to: (open: readonly Edit[]) => readonly Edit[]): void {
  edits.set((all) => ({ ...all, [scope]: to(all[scope] ?? []) }));
}

/** Begins, or goes on with what was begun. */
export function beginEdit(scope: string, id: Id, text: string): void {
  change(scope, (open) => {
    const begun = open.find((one) => one.id === id) ?? { id, text, error: null };
    return [begun, ...open.filter((one) => one.id !== id)];
  });
}

export function writeEdit(scope: string, id: Id, text: string): void {
  change(scope, (open) => open.map((one) => (one.id === id ? { ...one, text } : one)));
}

export function endEdit(scope: string, id: Id): void {
  change(scope, (open) => open.filter((one) => one.id !== id));
}

/** Gives a text back that was not taken. What was begun anew on the same message since stays. */
export function refuseEdit(scope: string, edit: Edit): void {
  change(scope, (open) =>
    open.some((one) => one.id === edit.id)
      ? open.map((one) => (one.id === edit.id ? { ...one, error: edit.error } : one))
      : [...open, edit],
  );
}
