/** In which capacity one writes: the wire form of a hat, and the choice kept per conversation. */
import type { Hat } from "../../api/types";
import { createStore } from "../../store";

/** "own", "duty", "acting:<principal>" or "assistant:<principal>". */
export function hatKey(hat: Pick<Hat, "hat"> & { principal: { id: string } | null }): string {
  return hat.principal ? `${hat.hat}:${hat.principal.id}` : hat.hat;
}

const chosen = createStore<Record<string, string>>({});

const useChosenHat = (scope: string): string => chosen.use((all) => all[scope] ?? "own");

/** The hat that is on: the chosen one, as long as one has it. */
export function useHat(scope: string, hats: readonly Hat[]): Hat | undefined {
  const key = useChosenHat(scope);
  return hats.find((one) => hatKey(one) === key) ?? hats[0];
}

export function chooseHat(scope: string, key: string): void {
  chosen.set((all) => ({ ...all, [scope]: key }));
}
