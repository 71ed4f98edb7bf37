/** What the quick switcher finds: conversations (unread first), people, units; or people only. */
import { useQueries, useQuery } from "@tanstack/react-query";
import {
  colleaguesQuery,
  conversationsQuery,
  rootUnitsQuery,
  unitChildrenQuery,
  usePeopleMatches,
} from "../../api/queries";
import type { Conversation, Person, Unit } from "../../api/types";
import { paths } from "../../paths";
import { useDebounced } from "../../ui/use-debounced";

export type Found =
  | { kind: "conversation"; key: string; to: string; conversation: Conversation }
  | { kind: "person"; key: string; to: string; person: Person }
  | { kind: "unit"; key: string; to: string; unit: Unit };

const MOST_OF_A_KIND = 8;

/** Every word typed begins a word of the text. */
export function matchesWords(text: string, typed: string): boolean {
  const fold = (one: string) => one.toLocaleLowerCase().replaceAll("ё", "е");
  const words = fold(text).split(/[\s\-«»"().,]+/);
  return fold(typed)
    .split(/\s+/)
    .filter(Boolean)
    .every((part) => words.some((word) => word.startsWith(part)));
}

/** What is looked for: anything, or somebody to write to. */
export type Finds = "all" | "people";

export function useSwitcher(typed: string, finds: Finds): { found: Found[]; isSearching: boolean } {
  const query = useDebounced(typed.trim());
  const conversations = useQuery(conversationsQuery).data ?? [];
  const people = usePeopleMatches(query);
  const units = useUnitsNearTheRoot();
  const colleagues = useQuery(colleaguesQuery).data;
  const rooms = (finds === "all" ? conversations : [])
    .filter((one) => matchesWords(one.partner_name?.display_name ?? one.name ?? "", typed))
    .sort(byUnreadThenRecent)
    .slice(0, MOST_OF_A_KIND);
  const partners = new Set(rooms.flatMap((one) => (one.partner ? [one.partner.id] : [])));
  const found: Found[] = rooms.map((conversation) => ({
    kind: "conversation",
    key: conversation.id,
    to: paths.conversation(conversation.id),
    conversation,
  }));
  const near =
    finds === "people" && colleagues
      ? [...colleagues.superiors, ...colleagues.peers, ...colleagues.reports]
      : [];
  for (const person of (query ? (people.data ?? []) : near)
    .filter((one) => !partners.has(one.id))
    .slice(0, MOST_OF_A_KIND)) {
    const direct = conversations.find((one) => one.partner?.id === person.id);
    found.push({
      kind: "person",
      key: person.id,
      to: direct ? paths.conversation(direct.id) : paths.direct(person.id),
      person,
    });
  }
  if (query && finds === "all") {
    for (const unit of units.filter((one) => matchesWords(one.name, typed)).slice(0, MOST_OF_A_KIND)) {
      found.push({ kind: "unit", key: unit.id, to: paths.unit(unit.id), unit });
    }
  }
  return { found, isSearching: query !== typed.trim() || people.isFetching };
}

function byUnreadThenRecent(a: Conversation, b: Conversation): number {
  const unread = Number(b.unread_count > 0) - Number(a.unread_count > 0);
  const at = (one: Conversation) => one.last_message?.created_at ?? one.created_at;
  return unread || at(b).localeCompare(at(a));
}

/** The server searches people, not units: those of the upper three levels are few and are searched here. */
function useUnitsNearTheRoot(): Unit[] {
  const roots = useQuery(rootUnitsQuery).data ?? [];
  const second = useQueries({ queries: roots.map((unit) => unitChildrenQuery(unit.id)) }).flatMap(
    (one) => one.data ?? [],
  );
  const third = useQueries({ queries: second.map((unit) => unitChildrenQuery(unit.id)) }).flatMap(
    (one) => one.data ?? [],
  );
  return [...roots, ...second, ...third];
}
