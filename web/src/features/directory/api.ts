/** What the pages about the directories read and do. They are read again every few seconds while they are looked at. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, post } from "../../api/client";
import type { Given, Schemas } from "../../api/types";

export type Source = Given<Schemas["DirectorySourceCard"]>;
export type Run = Given<Schemas["DirectoryRun"]>;
export type RunCard = Given<Schemas["DirectoryRunCard"]>;
export type Plan = Given<Schemas["DirectoryPlanCard"]>;
export type Ask = Given<Schemas["DirectoryRequest"]>;
export type Finding = Given<Schemas["DirectoryFinding"]>;
export type InForce = Given<Schemas["InForce"]>;
export type KnownPerson = Given<Schemas["DirectoryPersonCard"]>;
export type EntryCard = Given<Schemas["DirectoryEntryCard"]>;
export interface History {
  people: KnownPerson[];
  entries: EntryCard[];
  more: boolean;
}

/** A hidden page asks nothing: the cache does not refetch in the background. */
const LIVE = { refetchInterval: 5_000, refetchIntervalInBackground: false } as const;

export const directoryKey = ["directory"] as const;

export const sourcesQuery = queryOptions({
  queryKey: [...directoryKey, "sources"],
  queryFn: () => get<{ sources: Source[]; now: string }>("/directory/sources"),
  ...LIVE,
});

export const runsQuery = (source: string) =>
  infiniteQueryOptions({
    queryKey: [...directoryKey, "runs", source],
    queryFn: ({ pageParam }) =>
      get<{ runs: Run[]; next: string | null }>("/directory/runs", { source, cursor: pageParam, limit: 25 }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    ...LIVE,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: [...directoryKey, "run", id],
    queryFn: async () => (await get<{ run: RunCard }>(`/directory/runs/${id}`)).run,
    ...LIVE,
  });

export const planQuery = (id: string) =>
  queryOptions({
    queryKey: [...directoryKey, "plan", id],
    queryFn: async () => (await get<{ plan: Plan }>(`/directory/plans/${id}`)).plan,
    ...LIVE,
  });

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: [...directoryKey, "request", id],
    queryFn: async () => (await get<{ request: Ask }>(`/directory/requests/${id}`)).request,
    refetchInterval: (query) => (isOver(query.state.data) ? false : 1_000),
    refetchIntervalInBackground: false,
  });

export const isOver = (request: Ask | undefined): boolean =>
  request?.state === "done" || request?.state === "failed";

export interface FindingsWanted {
  query: string;
  code: string;
  open: boolean;
}

export const findingsQuery = ({ query, code, open }: FindingsWanted) =>
  infiniteQueryOptions({
    queryKey: [...directoryKey, "findings", query, code, open],
    queryFn: ({ pageParam }) =>
      get<{ findings: Finding[]; codes: { code: string; count: number }[]; next: string | null }>(
        "/directory/findings",
        { query, code, open: String(open), cursor: pageParam, limit: 50 },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    ...LIVE,
  });

export const historyQuery = (query: string) =>
  queryOptions({
    queryKey: [...directoryKey, "history", query],
    queryFn: () => get<History>("/directory/findings/history", { query }),
    enabled: query.length >= 2,
  });

export const decide = (plan: Plan, verdict: "approve" | "reject", reason: string) =>
  post<{ plan: Plan }>(`/directory/plans/${plan.id}/${verdict}`, { sha256: plan.sha256, reason });

export const holdOrRelease = (source: string, act: "hold" | "release", reason: string) =>
  post<unknown>(`/directory/sources/${encodeURIComponent(source)}/${act}`, { reason });

export const ask = async (body: {
  source: string;
  kind: "read" | "preview" | "undo";
  ldif?: string;
  run_id?: string;
  reason?: string;
}) => (await post<{ request: Ask }>("/directory/requests", body)).request;
