/** Exceptions and the requests for them: what is read, what is done, and what one of them says at present. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { get, post } from "../../api/client";
import { keys } from "../../api/keys";
import { colleaguesQuery, meQuery } from "../../api/queries";
import type { Given, Me, Schemas } from "../../api/types";

export type ExceptionRequest = Given<Schemas["ExceptionRequest"]>;
export type Exception = Given<Schemas["Exception"]>;
export type ExceptionState = Schemas["ExceptionState"];
type RequestsAnswer = Given<Schemas["ExceptionRequestsAnswer"]>;
type ExceptionsAnswer = Given<Schemas["ExceptionsAnswer"]>;
type RequestAnswer = Given<Schemas["ExceptionRequestAnswer"]>;
type ExceptionAnswer = Given<Schemas["ExceptionAnswer"]>;

export const STATES: ExceptionState[] = ["active", "coming", "past"];

const PAGE = 50;

const requests = (which: "mine" | "to_decide") =>
  infiniteQueryOptions({
    queryKey: [...keys.exceptions, "requests", which],
    queryFn: ({ pageParam }) =>
      get<RequestsAnswer>("/exceptions/requests", { which, cursor: pageParam, limit: PAGE }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

/** What I asked for, the newest first. */
export const myRequestsQuery = requests("mine");
/** What waits for my decision, the oldest first. */
export const toDecideQuery = requests("to_decide");

/** The last thing I asked for about one person. */
export const lastRequestQuery = (personId: string) =>
  queryOptions({
    queryKey: [...keys.exceptions, "about", personId],
    queryFn: async () => {
      const query = { which: "mine", person: personId, limit: 1 };
      return (await get<RequestsAnswer>("/exceptions/requests", query)).requests[0] ?? null;
    },
    staleTime: 60_000,
  });

/** What was granted to me and holds now. */
export const myGrantsQuery = queryOptions({
  queryKey: [...keys.exceptions, "grants"],
  queryFn: async () =>
    (await get<ExceptionsAnswer>("/exceptions", { which: "mine", state: "active", limit: 200 })).exceptions,
  staleTime: 60_000,
});

export const exceptionsQuery = (which: "mine" | "office" | "all", state: ExceptionState) =>
  infiniteQueryOptions({
    queryKey: [...keys.exceptions, "list", which, state],
    queryFn: ({ pageParam }) =>
      get<ExceptionsAnswer>("/exceptions", { which, state, cursor: pageParam, limit: PAGE }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });

/** What one does here is seen at once, also after a refusal: somebody else may have decided meanwhile. */
export const exceptionsTouched = keys.exceptions;

export const isSecurity = (me: Me | undefined): boolean => me?.roles.includes("security") ?? false;

/** Whether there is an office that is mine: as somebody's superior, in whose place I act, or for security. */
export function useIsApprover(): boolean {
  const me = useQuery(meQuery).data;
  const colleagues = useQuery(colleaguesQuery).data;
  return isSecurity(me) || (colleagues?.reports.length ?? 0) > 0;
}

/** How many requests wait for me; of very many, those on the first page. */
export function useToDecide(): number {
  const isApprover = useIsApprover();
  const waiting = useInfiniteQuery({ ...toDecideQuery, enabled: isApprover }).data;
  return waiting?.pages.reduce((sum, page) => sum + page.requests.length, 0) ?? 0;
}

export const askException = (body: { person_id: string; reason: string; days: number }) =>
  post<RequestAnswer>("/exceptions/requests", body);

export const withdrawRequest = (id: string) => post<RequestAnswer>(`/exceptions/requests/${id}/withdraw`, {});

export const grantRequest = (id: string, body: { from?: string; until: string; reason: string }) =>
  post<RequestAnswer>(`/exceptions/requests/${id}/grant`, body);

export const refuseRequest = (id: string, reason: string) =>
  post<RequestAnswer>(`/exceptions/requests/${id}/refuse`, { reason });

export const revokeException = (id: string, reason: string) =>
  post<ExceptionAnswer>(`/exceptions/${id}/revoke`, { reason });

export const makeBlock = (body: {
  person_id: string;
  target_id: string;
  from?: string;
  until: string;
  reason: string;
}) => post<ExceptionAnswer>("/exceptions", { kind: "block", ...body });

/** For how long one may ask: the usual ones, and the longest. */
export function lengths(longest: number): number[] {
  return [...[1, 3, 7, 14, 30].filter((days) => days < longest), longest];
}

/** What the last request about somebody means for whoever asked. */
export type Standing = "none" | "open" | "refused" | "active" | "coming" | "over";

export function standing(request: ExceptionRequest | null | undefined): Standing {
  switch (request?.state) {
    case "open":
      return "open";
    case "refused":
      return "refused";
    case "granted":
      if (request.exception?.state === "active") return "active";
      return request.exception?.state === "coming" ? "coming" : "over";
    default:
      return "none";
  }
}
