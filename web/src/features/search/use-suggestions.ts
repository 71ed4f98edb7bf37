/** What is offered for an operator whose value is still to be chosen. */
import { useQuery } from "@tanstack/react-query";
import { conversationsQuery, meQuery, usePeopleMatches } from "../../api/queries";
import type { Conversation, PersonRef, UnitRef } from "../../api/types";
import { dayOf } from "../../days";
import { useDebounced } from "../../ui/use-debounced";
import { matchesWords } from "../switcher/use-switcher";
import { dayFrom, meantBy, type Search, type Unfinished } from "./operators";

type Known = PersonRef & { unit?: UnitRef };
export type NearDay = "typed" | "today" | "yesterday" | "week" | "month";

export type Suggestion = { key: string; meant: Partial<Search>; rest: string } & (
  | { kind: "person"; person: Known; isMe: boolean }
  | { kind: "conversation"; conversation: Conversation }
  | { kind: "day"; day: string; which: NearDay }
  | { kind: "file" }
);

const MOST = 8;
const DAYS_AGO: [NearDay, number][] = [
  ["today", 0],
  ["yesterday", 1],
  ["week", 7],
  ["month", 30],
];

export interface Suggestions {
  /** What is being chosen; null where nothing is. */
  open: Unfinished | null;
  items: Suggestion[];
  /** There is nothing to offer, and no answer to wait for. */
  isNone: boolean;
}

export function useSuggestions(open: Unfinished | null): Suggestions {
  const people = usePersonSuggestions(open?.operator === "from" ? open.value.trim() : null);
  const rooms = useConversationSuggestions(open?.operator === "in" ? open.value.trim() : null);
  if (!open) return { open, items: [], isNone: false };
  const value = open.value.trim();
  const items =
    open.operator === "from"
      ? people.items
      : open.operator === "in"
        ? rooms
        : open.operator === "has"
          ? fileSuggestion(value)
          : daySuggestions(open.operator, value);
  return { open, items, isNone: items.length === 0 && !people.isSearching };
}

/** Where the whole is no name, its first word may be one, and the others are words to search for. */
function splitFirst(value: string): [string, string] {
  const [first = "", ...others] = value.split(/\s+/);
  return [first, others.join(" ")];
}

function usePersonSuggestions(value: string | null): { items: Suggestion[]; isSearching: boolean } {
  const me = useQuery(meQuery).data;
  const conversations = useQuery(conversationsQuery).data ?? [];
  const asked = useDebounced(value ?? "");
  const whole = usePeopleMatches(asked);
  const [first, others] = splitFirst(asked);
  const isNobody = whole.data?.length === 0 && !whole.isPlaceholderData && others !== "";
  const byFirst = usePeopleMatches(isNobody ? first : "");
  if (value === null) return { items: [], isSearching: false };
  const partners = conversations.flatMap((one) => (one.partner ? [one.partner] : []));
  // With whom one writes comes first.
  const near = partners.filter((one) => matchesWords(one.display_name, isNobody ? first : value));
  const further: Known[] = value === "" ? [] : ((isNobody ? byFirst : whole).data ?? []);
  const mine: Known[] = me && matchesWords(me.display_name, value) ? [me] : [];
  const all = [...mine, ...near, ...further];
  const known = all.filter((one, index) => all.findIndex((other) => other.id === one.id) === index);
  const items = known.slice(0, MOST).map((person) => ({
    kind: "person" as const,
    key: person.id,
    meant: { from: person.id },
    rest: isNobody ? others : "",
    person,
    isMe: person.id === me?.id,
  }));
  return { items, isSearching: asked !== value || whole.isFetching || byFirst.isFetching };
}

function useConversationSuggestions(value: string | null): Suggestion[] {
  const conversations = useQuery(conversationsQuery).data ?? [];
  if (value === null) return [];
  const matching = (typed: string) =>
    conversations.filter((one) => matchesWords(one.partner_name?.display_name ?? one.name ?? "", typed));
  const whole = matching(value);
  const [first, others] = splitFirst(value);
  const isNone = whole.length === 0 && others !== "";
  return (isNone ? matching(first) : whole).slice(0, MOST).map((conversation) => ({
    kind: "conversation",
    key: conversation.id,
    meant: { in: conversation.id },
    rest: isNone ? others : "",
    conversation,
  }));
}

/** The day that was typed, or some that are near. */
export function daySuggestions(
  operator: "after" | "before",
  value: string,
  now: Date = new Date(),
): Suggestion[] {
  const [first, rest] = splitFirst(value);
  const day = dayFrom(first);
  const offer = (which: NearDay, on: string, left: string): Suggestion => ({
    kind: "day",
    key: which,
    meant: { [operator]: on },
    rest: left,
    day: on,
    which,
  });
  if (day) return [offer("typed", day, rest)];
  const ago = (days: number) => dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days));
  // After today there is nothing yet.
  return DAYS_AGO.filter(([which]) => operator === "before" || which !== "today")
    .map(([which, days]) => offer(which, ago(days), ""))
    .filter((one) => one.kind === "day" && one.day.startsWith(value));
}

function fileSuggestion(value: string): Suggestion[] {
  const [first, rest] = splitFirst(value);
  const isBeginning = ["file", "файл"].some((word) => word.startsWith(first.toLowerCase()));
  const isFile = isBeginning || meantBy("has", first) !== null;
  return isFile ? [{ kind: "file", key: "file", meant: { hasFile: true }, rest }] : [];
}
