/** What the pages about cases, holds and retention read and do. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, post, remove, request } from "../../api/client";
import type { Given, Message, MessageVersion, Schemas } from "../../api/types";
import { complianceKey, type Place, type Values } from "./api";

export type Case = Given<Schemas["Case"]>;
export type CaseState = Case["state"];
export type CaseRight = Case["can"][number];
export type Scope = Given<Schemas["CaseScope"]>;
export type CaseMessage = { message: Message; conversation: Place };
export type CaseConversation = Given<Schemas["CaseConversation"]>;
export type CaseDenial = Given<Schemas["CaseDenial"]>;
export type Look = Omit<Given<Schemas["CaseLook"]>, "about"> & { about: Values };
export type CaseExport = Given<Schemas["CaseExport"]>;
export type Notice = Given<Schemas["CaseNotice"]>;
export type Hold = Given<Schemas["Hold"]>;
export type Preview = Given<Schemas["RetentionPreview"]>;

export interface ScopeBody {
  person_ids: string[];
  unit_ids: string[];
  conversation_ids: string[];
  from: string | null;
  until: string | null;
}

export interface CaseBody {
  number: string;
  reason: string;
  legal_basis: string;
  ends_at: string;
  scope: ScopeBody;
}

interface Paged {
  next: string | null;
}

const nextOf = (last: Paged) => last.next ?? undefined;
const FIRST = undefined as string | undefined;
/** Looking into a case is put on record: the cache does not look again by itself. */
const LOOKED_ONCE = {
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  retry: false,
} as const;
/** A second officer decides elsewhere. */
const LIVE = { refetchInterval: 8_000, refetchIntervalInBackground: false } as const;

export const caseKey = (id: string) => [...complianceKey, "case", id] as const;
export const casesKey = [...complianceKey, "cases"] as const;
export const holdsKey = [...complianceKey, "holds"] as const;

export const casesQuery = (state: CaseState | "") =>
  infiniteQueryOptions({
    queryKey: [...casesKey, state],
    queryFn: ({ pageParam }) =>
      get<{ cases: Case[] } & Paged>("/compliance/cases", { state, cursor: pageParam, limit: 25 }),
    initialPageParam: FIRST,
    getNextPageParam: nextOf,
    ...LIVE,
  });

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: caseKey(id),
    queryFn: async () => (await get<{ case: Case }>(`/compliance/cases/${id}`)).case,
    ...LIVE,
  });

export interface SearchWanted {
  query?: string;
  person_id?: string;
  conversation_id?: string;
  label?: string;
  rule?: string;
  from?: string;
  until?: string;
  /** Only what brought files, whose names are searched, too. */
  with_files?: true;
}

export const searchQuery = (id: string, wanted: SearchWanted) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "search", id, wanted],
    queryFn: ({ pageParam }) =>
      get<{ messages: CaseMessage[]; versions: MessageVersion[]; complete_at: string | null } & Paged>(
        `/compliance/cases/${id}/messages`,
        { ...wanted, with_files: wanted.with_files && "true", cursor: pageParam, limit: 50 },
      ),
    initialPageParam: FIRST,
    getNextPageParam: nextOf,
    ...LOOKED_ONCE,
  });

export const caseDenialsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "case-denials", id],
    queryFn: ({ pageParam }) =>
      get<{ denials: CaseDenial[] } & Paged>(`/compliance/cases/${id}/denials`, {
        cursor: pageParam,
        limit: 100,
      }),
    initialPageParam: FIRST,
    getNextPageParam: nextOf,
    ...LOOKED_ONCE,
  });

export const caseConversationsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "case-conversations", id],
    queryFn: ({ pageParam }) =>
      get<{ conversations: CaseConversation[]; withheld_count: number } & Paged>(
        `/compliance/cases/${id}/conversations`,
        { cursor: pageParam, limit: 50 },
      ),
    initialPageParam: FIRST,
    getNextPageParam: nextOf,
    ...LOOKED_ONCE,
  });

export interface Reading {
  conversation: Place;
  messages: Message[];
  /** What they said before they were changed or taken back. */
  versions: MessageVersion[];
  withheld_count: number;
  has_more: boolean;
  first_seq: number | null;
  last_seq: number | null;
}

const READ_AT_ONCE = 50;

type ReadingPage = { before?: number; after?: number };

/** From the newest backwards, or from around a message that was found, in both directions. */
export const readingQuery = (id: string, conversation: string, near: number | null) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "reading", id, conversation, near],
    queryFn: ({ pageParam }) =>
      get<Reading>(`/compliance/cases/${id}/conversations/${conversation}/messages`, {
        ...pageParam,
        limit: READ_AT_ONCE,
      }),
    initialPageParam: (near === null ? {} : { before: near + READ_AT_ONCE / 2 }) as ReadingPage,
    getNextPageParam: (last, _, page): ReadingPage | undefined =>
      last.first_seq !== null && (last.has_more || page.after !== undefined)
        ? { before: last.first_seq }
        : undefined,
    getPreviousPageParam: (first, _, page): ReadingPage | undefined => {
      const isNewest = page.before === undefined && page.after === undefined;
      const isLast = page.after !== undefined && !first.has_more;
      return isNewest || isLast || first.last_seq === null ? undefined : { after: first.last_seq };
    },
    ...LOOKED_ONCE,
  });

export const looksQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...complianceKey, "looks", id],
    queryFn: ({ pageParam }) =>
      get<{ looks: Look[] } & Paged>(`/compliance/cases/${id}/looks`, { cursor: pageParam, limit: 50 }),
    initialPageParam: FIRST,
    getNextPageParam: nextOf,
    ...LOOKED_ONCE,
  });

export const isUnderWay = ({ stage }: CaseExport): boolean =>
  stage === "choosing" || stage === "writing" || stage === "sealing";

/** How often one looks how far an export is while it is made. */
const MAKING_MS = 1_000;

export const exportsQuery = (id: string) =>
  queryOptions({
    queryKey: [...caseKey(id), "exports"],
    queryFn: async () => (await get<{ exports: CaseExport[] }>(`/compliance/cases/${id}/exports`)).exports,
    refetchInterval: (query) => (query.state.data?.some(isUnderWay) ? MAKING_MS : LIVE.refetchInterval),
  });

export const makeExport = (
  id: string,
  body: Omit<SearchWanted, "with_files"> & { with_table: boolean; with_mails: boolean },
) => post<unknown>(`/compliance/cases/${id}/exports`, body);

export const removeExport = (id: string, one: string) => remove(`/compliance/cases/${id}/exports/${one}`);

/** Has the browser fetch it to a file: it goes on by itself after an interruption, and needs no memory for it. */
export async function fetchExport(id: string, one: string): Promise<void> {
  const path = `/compliance/cases/${id}/exports/${one}/file`;
  await post<unknown>(path, {});
  const link = document.createElement("a");
  link.href = `/api/v1${path}`;
  link.download = "";
  link.click();
}

export const noticesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...caseKey(id), "notices"],
    queryFn: ({ pageParam }) =>
      get<{ rule: "never" | "after_close"; notices: Notice[] } & Paged>(`/compliance/cases/${id}/notices`, {
        cursor: pageParam,
        limit: 100,
      }),
    initialPageParam: FIRST,
    getNextPageParam: nextOf,
    retry: false,
  });

export const holdsQuery = infiniteQueryOptions({
  queryKey: holdsKey,
  queryFn: ({ pageParam }) =>
    get<{ holds: Hold[] } & Paged>("/compliance/holds", { cursor: pageParam, limit: 50 }),
  initialPageParam: FIRST,
  getNextPageParam: nextOf,
  ...LIVE,
});

export const previewRetention = async (): Promise<Preview> =>
  (await get<{ preview: Preview }>("/compliance/retention/preview")).preview;

export const openCase = async (body: CaseBody) =>
  (await post<{ case: Case }>("/compliance/cases", body)).case;

export const changeCase = async (id: string, body: CaseBody): Promise<Case> =>
  ((await (await request("PATCH", `/compliance/cases/${id}`, body)).json()) as { case: Case }).case;

export const requestCase = (id: string) => post<unknown>(`/compliance/cases/${id}/request`, {});

export const settleCase = (id: string, act: "approve" | "reject" | "close", reason: string) =>
  post<unknown>(`/compliance/cases/${id}/${act}`, { reason });

export const askScope = (id: string, body: { reason: string; ends_at: string; scope: ScopeBody }) =>
  post<unknown>(`/compliance/cases/${id}/scope-changes`, body);

export const settleScope = (
  id: string,
  scope: string,
  act: "approve" | "reject" | "withdraw",
  reason: string | null,
) =>
  post<unknown>(`/compliance/cases/${id}/scope-changes/${scope}/${act}`, reason === null ? {} : { reason });

export const giveNotice = (id: string, person: string, note: string) =>
  post<unknown>(`/compliance/cases/${id}/notices/${person}`, { note });

export type HoldBody =
  | { case_id: string; reason: string }
  | { number: string; scope: ScopeBody; reason: string };

export const placeHold = (body: HoldBody) => post<unknown>("/compliance/holds", body);

export const askRelease = (id: string, reason: string) =>
  post<unknown>(`/compliance/holds/${id}/release-request`, { reason });

export const settleRelease = (id: string, act: "release-approve" | "release-cancel") =>
  post<unknown>(`/compliance/holds/${id}/${act}`, {});
