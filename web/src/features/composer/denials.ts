/** The last refusal per conversation, until it is dismissed or a message goes through. */
import type { Decision } from "../../api/types";
import { createStore } from "../../store";

const denials = createStore<Record<string, Decision>>({});

export function setDenial(scope: string, decision: Decision): void {
  denials.set((all) => ({ ...all, [scope]: decision }));
}

export function dismissDenial(scope: string): void {
  denials.set((all) => {
    if (!(scope in all)) return all;
    const { [scope]: _dismissed, ...others } = all;
    return others;
  });
}

export const useDenial = (scope: string): Decision | null => denials.use((all) => all[scope] ?? null);
