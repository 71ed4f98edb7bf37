import { describe, expect, it } from "vitest";
import type { Colleagues } from "../../api/types";
import { conversation, message, person } from "../../test-data";
import { buildSidebar, isLoud, isUnread, neighbourOf, unreadOf } from "./sidebar-model";

const unit = {
  id: "unit",
  name: "Отдел",
  kind: "section" as const,
  parent_id: null,
  agency_id: "a",
  head: null,
  people_count: 3,
  children_count: 0,
  channel_id: "channel",
  path: [],
};
const colleagues: Colleagues = {
  superiors: [person("head")],
  peers: [person("anna"), person("lev")],
  reports: [],
  unit,
};
const channel = conversation({
  id: "channel",
  kind: "channel",
  channel_kind: "unit",
  partner: null,
  unit_id: "unit",
});
const direct = conversation({ id: "c1", unread_count: 2 });
const older = conversation({
  id: "old",
  partner: null,
  last_message: message(1, { created_at: "2026-01-01T00:00:00Z" }),
});
const newer = conversation({
  id: "new",
  partner: null,
  last_message: message(2, { created_at: "2026-02-01T00:00:00Z" }),
});
const sections = buildSidebar(colleagues, [older, channel, direct, newer]);
const entries = sections.flatMap((section) => section.entries);

describe("the sidebar", () => {
  it("holds unit, superiors and peers at once, and every conversation in one place only", () => {
    expect(sections.map((section) => [section.id, section.entries.map((entry) => entry.key)])).toEqual([
      ["unit", ["channel"]],
      ["superiors", ["head"]],
      ["peers", ["anna", "lev"]],
      ["conversations", ["new", "old"]],
    ]);
  });

  it("leads to the conversation where there is one, and else to writing the first message", () => {
    const to = Object.fromEntries(entries.map((entry) => [entry.key, entry.to]));
    expect(to.anna).toBe("/conversations/c1");
    expect(to.lev).toBe("/people/lev/write");
  });

  it("is walked round, and by unread only", () => {
    const any = (entry: (typeof entries)[number]) => entry.conversation !== null;
    expect(neighbourOf(entries, "/conversations/channel", 1, any)?.key).toBe("anna");
    expect(neighbourOf(entries, "/conversations/channel", -1, any)?.key).toBe("old");
    expect(neighbourOf(entries, "/", 1, any)?.key).toBe("channel");
    expect(neighbourOf(entries, "/", -1, any)?.key).toBe("old");
    expect(neighbourOf(entries, "/conversations/old", 1, isUnread)?.key).toBe("anna");
    expect(neighbourOf(entries, "/conversations/c1", 1, isUnread)).toBeNull();
  });

  it("comes down to what is unread and what is open", () => {
    const left = (path: string) =>
      unreadOf(sections, path).map((section) => [section.id, section.entries.map((entry) => entry.key)]);
    expect(left("/")).toEqual([["peers", ["anna"]]]);
    expect(left("/conversations/old")).toEqual([
      ["peers", ["anna"]],
      ["conversations", ["old"]],
    ]);
  });

  it("is quiet of what is muted", () => {
    expect(entries.filter((entry) => isLoud(entry, [])).map((entry) => entry.key)).toEqual(["anna"]);
    expect(entries.filter((entry) => isLoud(entry, ["c1"]))).toEqual([]);
  });
});
