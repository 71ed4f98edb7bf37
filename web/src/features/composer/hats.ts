/** In which capacity one writes: the wire form of a hat, and the choice kept per conversation. */
import type { Hat } from "../../api/types";
import { createStore } from "../../store";

/** "own", "duty", "acting:<principal>" or "assistant:<principal>". */
export function hatKey(hat: Pick<Hat, "hat"> & { principal: { id: string } | null }): string {
  return hat.principal ? `${hat.hat}:${hat.principal.id}` : hat.hat;
}

const chosen = createStore<Record<string, string>>({});

export const useChosenHat = (scope: string): string => chosen.use((all) => all[scope] ?? "own");

export function chooseHat(scope: string, key: string): void {
  chosen.set((all) => ({ ...all, [scope]: key }));
}
