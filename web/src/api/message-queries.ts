/** Reading messages: the newest page first, then what has come or was changed since, and history page by page. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import { keys } from "./keys";
import { appendNewer, type MessageWindow, prependOlder, windowOf } from "./messages";
import type { Conversation, MessagePage, MessageVersion } from "./types";

const PAGE = 50;
const LARGEST_PAGE = 200;
/** Beyond this many missed messages the client starts anew from the end. */
const MOST_CAUGHT_UP = 1000;

/** The first time reads the newest page; later it reads what has come since, and keeps the rest. */
export const messagesQuery = (client: QueryClient, id: string, unread = 0) =>
  queryOptions({
    queryKey: keys.messages(id),
    queryFn: async (): Promise<MessageWindow> => {
      const known = client.getQueryData<MessageWindow>(keys.messages(id));
      if (known) {
        const caughtUp = await catchUp(id, known, known.isDoubtful ? known.from - 1 : known.through);
        if (caughtUp) return mergeLatest(client, id, caughtUp);
      }
      const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, unread + 20));
      const newest = await get<MessagePage>(`/conversations/${id}/messages`, { limit });
      return withWhatCame(client, id, windowOf(newest));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What there is after `from` on; none where that is too much. */
async function catchUp(
  id: string,
  known: MessageWindow,
  from = known.through,
): Promise<MessageWindow | null> {
  let window = known;
  let after = Math.max(0, from);
  for (let fetched = 0; fetched < MOST_CAUGHT_UP; fetched += LARGEST_PAGE) {
    const newer = await get<MessagePage>(`/conversations/${id}/messages`, { after, limit: LARGEST_PAGE });
    window = appendNewer(window, newer);
    after = Math.max(after, newer.last_seq ?? 0);
    if (!newer.has_more) return { ...window, isDoubtful: false };
  }
  return null;
}

/** What was sent or heard of while the first page was under way found no window to be put in. */
async function withWhatCame(client: QueryClient, id: string, first: MessageWindow): Promise<MessageWindow> {
  let window = first;
  while (lastTold(client, id) > window.through) {
    const caughtUp = await catchUp(id, window);
    // What this reader may not read is not in it.
    if (!caughtUp || caughtUp.through === window.through) return window;
    window = caughtUp;
  }
  return window;
}

/** The newest message of the conversation that this client was told of. */
function lastTold(client: QueryClient, id: string): number {
  const one = client.getQueryData<Conversation>(keys.conversation(id));
  const list = client.getQueryData<Conversation[]>(keys.conversations);
  const listed = list?.find((conversation) => conversation.id === id);
  return Math.max(one?.last_seq ?? 0, listed?.last_seq ?? 0);
}

/** What arrived over the socket while the answer was under way is not lost. */
function mergeLatest(client: QueryClient, id: string, fetched: MessageWindow): MessageWindow {
  const latest = client.getQueryData<MessageWindow>(keys.messages(id));
  if (!latest) return fetched;
  // Where both have the same version of a message, the answer is the newer word.
  return {
    ...appendNewer(latest, { messages: fetched.messages, last_seq: fetched.through }),
    isDoubtful: false,
  };
}

/** Reads one page of history in front of what is known. */
export async function loadOlder(client: QueryClient, id: string): Promise<void> {
  const before = client.getQueryData<MessageWindow>(keys.messages(id));
  if (!before?.hasOlder) return;
  const older = await get<MessagePage>(`/conversations/${id}/messages`, { before: before.from, limit: PAGE });
  client.setQueryData<MessageWindow>(keys.messages(id), (window) =>
    window ? prependOlder(window, older) : window,
  );
}

/** What a message said before it was changed, the first version first. */
export const versionsQuery = (id: string, messageId: string, version: number) =>
  queryOptions({
    queryKey: [...keys.versions(id, messageId), version],
    queryFn: async () =>
      (await get<{ versions: MessageVersion[] }>(`/conversations/${id}/messages/${messageId}/versions`))
        .versions,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
