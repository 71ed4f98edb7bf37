/** Everything that is read from the server, as hooks over the query cache. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  skipToken,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { get, post } from "./client";
import { keys } from "./keys";
import { appendNewer, type MessageWindow, prependOlder, windowOf } from "./messages";
import type {
  Colleagues,
  Conversation,
  Decision,
  DeviceSession,
  FileLimits,
  Label,
  LabelCatalogue,
  LabelRequest,
  Labels,
  Me,
  MeAnswer,
  Member,
  MessagePage,
  Person,
  PersonCard,
  RaisePreview,
  Unit,
} from "./types";

interface Page<Key extends string, Item> {
  next: string | null;
  items: Item[];
  key?: Key;
}

const PAGE = 50;
const LARGEST_PAGE = 200;
/** Beyond this many missed messages the client starts anew from the end. */
const MOST_CAUGHT_UP = 1000;

async function page<Item>(path: string, key: string, query: Record<string, string | number | undefined>) {
  const answer = await get<Record<string, unknown>>(path, query);
  return {
    items: (answer[key] ?? []) as Item[],
    next: (answer.next ?? null) as string | null,
  } satisfies Page<string, Item>;
}

async function all<Item>(path: string, key: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const one = await page<Item>(path, key, { cursor, limit: LARGEST_PAGE });
    items.push(...one.items);
    cursor = one.next ?? undefined;
  } while (cursor);
  return items;
}

const meAnswer = {
  queryKey: keys.me,
  queryFn: () => get<MeAnswer>("/me"),
  staleTime: Number.POSITIVE_INFINITY,
};

export const meQuery = queryOptions({ ...meAnswer, select: (answer: MeAnswer): Me => answer.me });

/** What may be sent with messages; null where this server takes no files. */
export const fileLimitsQuery = queryOptions({
  ...meAnswer,
  select: (answer: MeAnswer): FileLimits | null => answer.files,
});

export const colleaguesQuery = queryOptions({
  queryKey: keys.colleagues,
  queryFn: () => get<Colleagues>("/me/colleagues"),
  staleTime: Number.POSITIVE_INFINITY,
});

export const labelsQuery = queryOptions({
  queryKey: keys.labels,
  queryFn: async () => (await get<{ labels: Labels }>("/labels")).labels,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The labels that a message may carry at a place, such as `/conversations/…`, in one's own hat or in another. */
export const labelsAtQuery = (place: string, hat: string) =>
  queryOptions({
    queryKey: keys.labelsAt(place, hat),
    queryFn: async () => (await get<{ labels: LabelCatalogue }>(`${place}/labels`, { hat })).labels,
    staleTime: 30_000,
  });

/** Who would lose access by a higher label. */
export const labelPreviewQuery = (id: string, label: Label | null) =>
  queryOptions({
    queryKey: keys.labelPreview(id, label ? [label.level, ...label.categories].join("+") : ""),
    queryFn: label
      ? async () => {
          const query = { level: label.level, categories: label.categories.join(",") };
          const path = `/conversations/${id}/label-preview`;
          return (await get<{ preview: RaisePreview }>(path, query)).preview;
        }
      : skipToken,
    staleTime: 0,
    retry: false,
  });

const REQUESTS_EVERY_MS = 30_000;

/** The wishes on which one may decide. */
export const labelRequestsQuery = (isOn: boolean) =>
  queryOptions({
    queryKey: [...keys.labelRequests, "waiting"],
    queryFn: isOn ? () => all<LabelRequest>("/label-requests", "label_requests") : skipToken,
    refetchInterval: REQUESTS_EVERY_MS,
  });

/** One's own wishes, the newest first. */
export const ownLabelRequestsQuery = queryOptions({
  queryKey: [...keys.labelRequests, "own"],
  queryFn: async () =>
    (await page<LabelRequest>("/label-requests", "label_requests", { own: "true", limit: PAGE })).items,
});

/** Messages that arrived over the socket while the list was being read are not counted away. */
export function newerOf(fetched: Conversation, known: Conversation | undefined): Conversation {
  if (!known || known.last_seq <= fetched.last_seq) return fetched;
  const { last_seq, last_message, unread_count, read_seq } = known;
  return { ...fetched, last_seq, last_message, unread_count, read_seq };
}

export const conversationsQuery = queryOptions({
  queryKey: keys.conversations,
  queryFn: async ({ client }) => {
    const fetched = await all<Conversation>("/conversations", "conversations");
    const latest = client.getQueryData<Conversation[]>(keys.conversations);
    return fetched.map((one) =>
      newerOf(
        one,
        latest?.find((known) => known.id === one.id),
      ),
    );
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: keys.conversation(id),
    queryFn: async () => (await get<{ conversation: Conversation }>(`/conversations/${id}`)).conversation,
    staleTime: 30_000,
  });

/** The first time reads the newest page; later it reads what has come since, and keeps the rest. */
export const messagesQuery = (client: QueryClient, id: string, unread = 0) =>
  queryOptions({
    queryKey: keys.messages(id),
    queryFn: async (): Promise<MessageWindow> => {
      const known = client.getQueryData<MessageWindow>(keys.messages(id));
      if (known) {
        const caughtUp = await catchUp(id, known);
        if (caughtUp) return mergeLatest(client, id, caughtUp);
      }
      const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, unread + 20));
      const newest = await get<MessagePage>(`/conversations/${id}/messages`, { limit });
      return withWhatCame(client, id, windowOf(newest));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

async function catchUp(id: string, known: MessageWindow): Promise<MessageWindow | null> {
  let window = known;
  for (let fetched = 0; fetched < MOST_CAUGHT_UP; fetched += LARGEST_PAGE) {
    const newer = await get<MessagePage>(`/conversations/${id}/messages`, {
      after: window.through,
      limit: LARGEST_PAGE,
    });
    window = appendNewer(window, newer);
    if (!newer.has_more) return window;
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
  const merged = appendNewer(fetched, { messages: latest.messages, last_seq: latest.through });
  return { ...merged, from: latest.from, hasOlder: latest.hasOlder };
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

export const membersQuery = (id: string) =>
  queryOptions({
    queryKey: keys.members(id),
    queryFn: () => all<Member>(`/conversations/${id}/members`, "members"),
    staleTime: 60_000,
  });

export const personQuery = (id: string) =>
  queryOptions({
    queryKey: keys.person(id),
    queryFn: async () => (await get<{ person: PersonCard }>(`/people/${id}`)).person,
    staleTime: 30_000,
  });

const peopleQuery = (query: string) =>
  infiniteQueryOptions({
    queryKey: keys.people(query),
    queryFn: ({ pageParam }) => page<Person>("/people", "people", { query, cursor: pageParam, limit: PAGE }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const usePeople = (query: string) => useInfiniteQuery(peopleQuery(query));

/** The best few matches, for the quick switcher and the people picker. */
export const usePeopleMatches = (query: string) =>
  useQuery({
    queryKey: [...keys.people(query), "first"],
    queryFn: query
      ? async () => (await page<Person>("/people", "people", { query, limit: 12 })).items
      : skipToken,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const rootUnitsQuery = queryOptions({
  queryKey: keys.units,
  queryFn: () => all<Unit>("/units", "units"),
  staleTime: 300_000,
});

export const unitQuery = (id: string) =>
  queryOptions({
    queryKey: keys.unit(id),
    queryFn: async () => (await get<{ unit: Unit }>(`/units/${id}`)).unit,
    staleTime: 60_000,
  });

export const unitChildrenQuery = (id: string) =>
  queryOptions({
    queryKey: keys.unitChildren(id),
    queryFn: () => all<Unit>(`/units/${id}/children`, "units"),
    staleTime: 300_000,
  });

export const unitPeopleQuery = (id: string) =>
  queryOptions({
    queryKey: keys.unitPeople(id),
    queryFn: () => all<Person>(`/units/${id}/people`, "people"),
    staleTime: 60_000,
  });

export const sessionsQuery = queryOptions({
  queryKey: keys.sessions,
  queryFn: () => all<DeviceSession>("/sessions", "sessions"),
});

export interface DecisionRequest {
  action: string;
  person_id?: string;
  conversation_id?: string;
  label?: Label;
  hat?: string;
}

/** Asks the gate beforehand. Used where the answer depends on the hat that is chosen. */
export const decisionQuery = (request: DecisionRequest | null) =>
  queryOptions({
    queryKey: keys.decision(request),
    queryFn: request
      ? async () => (await post<{ decision: Decision }>("/decisions", request)).decision
      : skipToken,
    staleTime: 30_000,
  });
