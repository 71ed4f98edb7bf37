/** Asks the server for what was said. */
import { infiniteQueryOptions, keepPreviousData, skipToken, useInfiniteQuery } from "@tanstack/react-query";
import { get } from "../../api/client";
import { ApiError } from "../../api/errors";
import type { Given, Schemas } from "../../api/types";
import { dayBegins, dayEnds } from "../../days";
import type { Search } from "./operators";

export type Found = Given<Schemas["FoundMessage"]>;
type Answer = Given<Schemas["SearchAnswer"]>;

const PAGE = 30;
const MOST_TRIES = 3;

/** Both days are without themselves: after the 1st is from the 2nd on. */
const questionOf = (search: Search) => ({
  query: search.words,
  person_id: search.from ?? undefined,
  conversation_id: search.in ?? undefined,
  from: search.after ? dayEnds(search.after) : undefined,
  until: search.before ? dayBegins(search.before) : undefined,
  with_files: search.hasFile ? "true" : undefined,
});

/** Without words there is no search. */
const searchQuery = (search: Search) =>
  infiniteQueryOptions({
    queryKey: ["search", search] as const,
    queryFn: search.words
      ? ({ pageParam }) => get<Answer>("/messages", { ...questionOf(search), cursor: pageParam, limit: PAGE })
      : skipToken,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    // What was just sent is found a few seconds later: the same question is then asked anew.
    staleTime: 10_000,
    // Whoever asks too much is told when to come back, instead of being asked for.
    retry: (count, error) =>
      count < MOST_TRIES && error instanceof ApiError && error.isTemporary && error.status !== 429,
  });

export const useSearchResults = (search: Search) => useInfiniteQuery(searchQuery(search));
