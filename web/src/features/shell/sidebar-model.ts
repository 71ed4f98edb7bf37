/** What the sidebar holds, in order: unit, superiors, peers, reports, then every other conversation. */
import type { Colleagues, Conversation, Person } from "../../api/types";
import { paths } from "../../paths";
import { createKept } from "../../store";

/** Whether the sidebar is down to what is unread. */
export const onlyUnread = createKept("chancery.onlyUnread", false);

export interface SidebarEntry {
  key: string;
  to: string;
  conversation: Conversation | null;
  person: Person | null;
}

export type SectionId = "unit" | "superiors" | "peers" | "reports" | "conversations";

export interface SidebarSection {
  id: SectionId;
  entries: SidebarEntry[];
}

const lastActive = (conversation: Conversation): string =>
  conversation.last_message?.created_at ?? conversation.created_at;

export function buildSidebar(
  colleagues: Colleagues | undefined,
  conversations: Conversation[],
): SidebarSection[] {
  const directs = new Map(
    conversations.flatMap((one) => (one.partner ? [[one.partner.id, one] as const] : [])),
  );
  const shown = new Set<string>();
  const ofConversation = (conversation: Conversation): SidebarEntry => ({
    key: conversation.id,
    to: paths.conversation(conversation.id),
    conversation,
    person: conversation.partner,
  });
  const ofPerson = (person: Person): SidebarEntry => {
    const conversation = directs.get(person.id) ?? null;
    if (conversation) shown.add(conversation.id);
    const to = conversation ? paths.conversation(conversation.id) : paths.direct(person.id);
    return { key: person.id, to, conversation, person };
  };
  const unitId = colleagues?.unit.channel_id;
  const unit = conversations.filter(
    (one) => one.id === unitId || (one.channel_kind === "unit" && one.unit_id === colleagues?.unit.id),
  );
  for (const one of unit) shown.add(one.id);
  const sections: SidebarSection[] = [
    { id: "unit", entries: unit.map(ofConversation) },
    { id: "superiors", entries: (colleagues?.superiors ?? []).map(ofPerson) },
    { id: "peers", entries: (colleagues?.peers ?? []).map(ofPerson) },
    { id: "reports", entries: (colleagues?.reports ?? []).map(ofPerson) },
  ];
  const others = conversations
    .filter((one) => !shown.has(one.id))
    .sort((a, b) => lastActive(b).localeCompare(lastActive(a)));
  sections.push({ id: "conversations", entries: others.map(ofConversation) });
  return sections.filter((section) => section.entries.length > 0 || section.id === "conversations");
}

export const isUnread = (entry: SidebarEntry): boolean => (entry.conversation?.unread_count ?? 0) > 0;

/** Unread, and somebody wants to hear of it. */
export const isLoud = (entry: SidebarEntry, muted: readonly string[]): boolean =>
  isUnread(entry) && !muted.includes(entry.conversation?.id ?? "");

/** What is unread, and what is open: it does not go away under the reader. */
export const unreadOf = (sections: SidebarSection[], openPath: string): SidebarSection[] =>
  sections
    .map(({ id, entries }) => ({
      id,
      entries: entries.filter((entry) => isUnread(entry) || entry.to === openPath),
    }))
    .filter((section) => section.entries.length > 0);

/** The neighbour in `direction` of what is open, round the end, among the entries that `accept` takes. */
export function neighbourOf(
  entries: SidebarEntry[],
  openPath: string,
  direction: 1 | -1,
  accept: (entry: SidebarEntry) => boolean,
): SidebarEntry | null {
  const at = entries.findIndex((entry) => entry.to === openPath);
  for (let step = 1; step <= entries.length; step += 1) {
    const start = at < 0 && direction < 0 ? 0 : at;
    const index = (start + direction * step + entries.length * 2) % entries.length;
    const entry = entries[index];
    if (entry && entry.to !== openPath && accept(entry)) return entry;
  }
  return null;
}
