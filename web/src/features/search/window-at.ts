/** The messages around one that was said long ago: read from there in both directions, and kept apart from the newest ones. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import { keys } from "../../api/keys";
import { appendNewer, type MessageWindow, prependOlder } from "../../api/messages";
import type { Id, MessagePage } from "../../api/types";

/** `hasNewer`: it does not reach the newest message yet. */
export interface WindowAt extends MessageWindow {
  hasNewer: boolean;
}

const AROUND = 40;
const LARGEST_PAGE = 200;

/** Under the name of the conversation's messages: what changes those changes these. */
const keyAt = (id: Id, at: number) => [...keys.messages(id), "at", at] as const;

const read = (id: Id, query: { before?: number; after?: number; limit: number }) =>
  get<MessagePage>(`/conversations/${id}/messages`, query);

export const windowAtQuery = (client: QueryClient, id: Id, at: number) =>
  queryOptions({
    queryKey: keyAt(id, at),
    queryFn: async (): Promise<WindowAt> => {
      const known = client.getQueryData<WindowAt>(keyAt(id, at));
      if (known) return readAgain(id, known);
      const [older, newer] = await Promise.all([
        read(id, { before: at + 1, limit: AROUND }),
        read(id, { after: at, limit: AROUND }),
      ]);
      return around(at, older, newer);
    },
    staleTime: Number.POSITIVE_INFINITY,
    // Nobody tells it what comes meanwhile: whoever comes again reads it again.
    gcTime: 0,
  });

export function around(at: number, older: MessagePage, newer: MessagePage): WindowAt {
  const nothing = { messages: [], from: at + 1, through: at, hasOlder: false };
  return { ...appendNewer(prependOlder(nothing, older), newer), hasNewer: newer.has_more };
}

/** As far as it was read it is read again: the reader keeps the place. */
async function readAgain(id: Id, known: WindowAt): Promise<WindowAt> {
  let window: WindowAt = { ...known, messages: [] };
  let after = known.from - 1;
  for (;;) {
    const page = await read(id, { after: Math.max(0, after), limit: LARGEST_PAGE });
    window = { ...appendNewer(window, page), hasNewer: page.has_more };
    after = page.last_seq ?? known.through;
    if (!page.has_more || after >= known.through) return { ...window, isDoubtful: false };
  }
}

export type Way = "older" | "newer";

/** Reads on in one direction. */
export async function readOn(client: QueryClient, id: Id, at: number, way: Way): Promise<void> {
  const known = client.getQueryData<WindowAt>(keyAt(id, at));
  if (!known) return;
  const place = way === "older" ? { before: known.from } : { after: known.through };
  const page = await read(id, { ...place, limit: AROUND });
  client.setQueryData<WindowAt>(keyAt(id, at), (window) => window && joined(window, page, way));
}

export function joined(window: WindowAt, page: MessagePage, way: Way): WindowAt {
  if (way === "older") return { ...prependOlder(window, page), hasNewer: window.hasNewer };
  return { ...appendNewer(window, page), hasNewer: page.has_more };
}
