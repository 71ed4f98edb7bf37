/** The conversations that somebody does not want to hear of: kept in this browser, for each person who signs in here. */
import { getSession } from "../../api/session";
import { createKept } from "../../store";

type Muted = Record<string, readonly string[]>;

const NONE: readonly string[] = [];
const muted = createKept<Muted>("chancery.muted", {});

function ofMe(all: Muted): readonly string[] {
  const session = getSession();
  return (session.status === "signed_in" && all[session.personId]) || NONE;
}

export const useMuted = (): readonly string[] => muted.use(ofMe);
export const isMuted = (id: string): boolean => ofMe(muted.get()).includes(id);

export function toggleMuted(id: string): void {
  const session = getSession();
  if (session.status !== "signed_in") return;
  const mine = ofMe(muted.get());
  const next = mine.includes(id) ? mine.filter((one) => one !== id) : [...mine, id];
  muted.set((all) => ({ ...all, [session.personId]: next }));
}

export const onMutedChange = muted.subscribe;
