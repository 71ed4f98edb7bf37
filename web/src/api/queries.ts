/** Everything that is read from the server, as hooks over the query cache. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  skipToken,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { get, post } from "./client";
import { keys } from "./keys";
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
  MessageLimits,
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

/** For how long one may change what one said. */
export const messageLimitsQuery = queryOptions({
  ...meAnswer,
  select: (answer: MeAnswer): MessageLimits => answer.messages,
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
