/** What the pages about the past and about the record read and do. Whatever is read here is itself put on record, so nothing is read twice. */
import { infiniteQueryOptions, keepPreviousData, queryOptions, skipToken } from "@tanstack/react-query";
import { get, post } from "../../api/client";
import type { Given, Schemas } from "../../api/types";

export type Access = Given<Schemas["Access"]>;
export type AccessEntry = Given<Schemas["AccessEntry"]>;
export type PastConversation = Given<Schemas["PastConversation"]>;
export type Conditions = Given<Schemas["Conditions"]>;
export type Deed = Given<Schemas["Deed"]>;
export type Values = Record<string, unknown>;
export type Cause = Omit<Given<Schemas["PastCause"]>, "before" | "after"> & {
  before: Values | null;
  after: Values | null;
};
export type Change = Omit<Given<Schemas["PastChange"]>, "causes"> & { causes: Cause[] };
export type Changes = Omit<Given<Schemas["PastChanges"]>, "common" | "entries"> & {
  common: Cause[];
  entries: Change[];
};
export type PastDecision = Given<Schemas["PastDecision"]>;
export type PastTree = Given<Schemas["PastTree"]>;
export type PastUnit = Given<Schemas["PastUnit"]>;
export type PastHolder = Given<Schemas["PastHolder"]>;
export type Place = Given<Schemas["PlaceOfCase"]>;
export type Entry = Omit<Given<Schemas["AuditEntry"]>, "entry"> & { entry: Values };
export type Standing = Given<Schemas["AuditStanding"]>;
export type Receiver = Given<Schemas["AuditReceiver"]>;
export type CheckReport = Given<Schemas["Report"]>;
export type CheckFinding = Given<Schemas["Finding"]>;
export type Check = Omit<Given<Schemas["AuditCheck"]>, "report"> & { report: CheckReport | null };

export const complianceKey = ["compliance"] as const;

/** For how long what is so today is taken for so. */
const TODAY_LASTS = 60_000;

/** Every question is an entry of the record: the cache does not ask again by itself. */
const ASKED_ONCE = {
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  retry: false,
} as const;

/** What a question is about. */
export type Subject = { kind: "conversation"; id: string } | { kind: "person"; id: string };

export const idsOf = (subject: Subject): { conversation_id?: string; person_id?: string } =>
  subject.kind === "conversation" ? { conversation_id: subject.id } : { person_id: subject.id };

interface Paged {
  next: string | null;
}

export const accessQuery = (subject: Subject, at: string | null, knownAt: string | null) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "access", subject, at, knownAt],
    queryFn: ({ pageParam }) =>
      get<{ access: Access } & Paged>("/compliance/access", {
        ...idsOf(subject),
        at: at ?? undefined,
        known_at: knownAt ?? undefined,
        cursor: pageParam,
        limit: 50,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    ...ASKED_ONCE,
  });

/** A unit, or the agencies, at a moment. */
export const treeQuery = (unit: string | null, at: string | null) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "tree", unit, at],
    queryFn: ({ pageParam }) =>
      get<{ tree: PastTree } & Paged>("/compliance/units", {
        unit_id: unit ?? undefined,
        at: at ?? undefined,
        cursor: pageParam,
        limit: 200,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    ...ASKED_ONCE,
    // The past stays as it was; today does not.
    ...(at === null ? { staleTime: TODAY_LASTS } : {}),
  });

export interface Period {
  from: string;
  until: string | null;
}

export const activityQuery = (subject: Subject, { from, until }: Period) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "activity", subject, from, until],
    queryFn: ({ pageParam }) =>
      get<{ activity: Deed[] } & Paged>("/compliance/activity", {
        ...idsOf(subject),
        from,
        until: until ?? undefined,
        cursor: pageParam,
        limit: 100,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    ...ASKED_ONCE,
  });

export const changesQuery = (subject: Subject, { from, until }: Period) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "changes", subject, from, until],
    queryFn: ({ pageParam }) =>
      get<{ changes: Changes } & Paged>("/compliance/changes", {
        ...idsOf(subject),
        from,
        until: until ?? undefined,
        cursor: pageParam,
        limit: 200,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    ...ASKED_ONCE,
  });

export interface Wish {
  person_id: string;
  action: string;
  to_person_id?: string;
  conversation_id?: string;
  hat?: string;
  at?: string;
}

export const askDecision = async (wish: Wish): Promise<PastDecision> =>
  (await get<{ decision: PastDecision }>("/compliance/decision", { ...wish })).decision;

/** Channels by a part of their name, also those that the officer is not in. */
export const placesQuery = (query: string) =>
  queryOptions({
    queryKey: [...complianceKey, "places", query],
    queryFn: query
      ? async () =>
          (await get<{ conversations: Place[] }>("/compliance/conversations", { query, limit: 20 }))
            .conversations
      : skipToken,
    placeholderData: keepPreviousData,
    ...ASKED_ONCE,
  });

/** Which entries of the record. */
export interface EntriesWanted {
  kind?: string;
  actor_id?: string;
  person_id?: string;
  conversation_id?: string;
  from?: string;
  until?: string;
}

export const entriesQuery = (wanted: EntriesWanted, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "entries", wanted, limit],
    queryFn: ({ pageParam }) =>
      get<{ entries: Entry[] } & Paged>("/audit/entries", { ...wanted, cursor: pageParam, limit }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    ...ASKED_ONCE,
  });

export const standingQuery = queryOptions({
  queryKey: [...complianceKey, "standing"],
  queryFn: async () => (await get<{ audit: Standing }>("/audit/checkpoint")).audit,
  refetchInterval: 15_000,
  refetchIntervalInBackground: false,
});

const RUNNING_MS = 700;

/** The newest first; read again while one of them runs. */
export const checksQuery = queryOptions({
  queryKey: [...complianceKey, "checks"],
  queryFn: async () => (await get<{ checks: Check[] }>("/audit/checks")).checks,
  refetchInterval: (query) => (query.state.data?.[0]?.state === "running" ? RUNNING_MS : false),
});

export const beginCheck = async (): Promise<Check> =>
  (await post<{ check: Check }>("/audit/checks", {})).check;
