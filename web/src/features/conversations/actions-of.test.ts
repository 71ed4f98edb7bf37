import { describe, expect, it } from "vitest";
import type { Conversation, Message } from "../../api/types";
import { message, OPEN, person } from "../../test-data";
import { actionsOf } from "./actions-of";
import { buildRows, type Row } from "./rows";

const me = person("me");
const SENT = Date.UTC(2026, 2, 3, 9, 1);
const limits = { edit_minutes: 60, delete_minutes: 120 };

const rowOf = (change: Partial<Message> = {}) => buildRows([message(1, change)], [], me, null)[0] as Row;
const offered = (
  row: Row,
  { can = ["post"], kind = "direct", minutes = 1, archived = false }: Circumstances = {},
) =>
  actionsOf(row, {
    conversation: { kind, can, archived_at: archived ? "2026-03-03T09:00:00Z" : null },
    myId: "me",
    limits,
    now: SENT + minutes * 60_000,
  });

interface Circumstances {
  can?: string[];
  kind?: Conversation["kind"];
  minutes?: number;
  archived?: boolean;
}

describe("what may be done with a message", () => {
  it("of one's own: all of it, each as long as there is time", () => {
    const own = rowOf({ author: me });
    expect(offered(own)).toEqual(["reply", "edit", "copy", "delete"]);
    expect(offered(own, { minutes: 60 })).toEqual(["reply", "copy", "delete"]);
    expect(offered(own, { minutes: 120 })).toEqual(["reply", "copy"]);
  });

  it("of somebody else's: to answer and to copy", () => {
    expect(offered(rowOf())).toEqual(["reply", "copy"]);
    expect(offered(rowOf(), { can: [] })).toEqual(["copy"]);
  });

  it("whoever keeps a group in order deletes anything at any time, but not between two", () => {
    const keeper = { can: ["post", "delete_messages"], minutes: 10_000 };
    expect(offered(rowOf(), { ...keeper, kind: "group" })).toContain("delete");
    expect(offered(rowOf(), { ...keeper, kind: "direct" })).not.toContain("delete");
    expect(offered(rowOf(), { ...keeper, kind: "group", archived: true })).not.toContain("delete");
  });

  it("one that was changed has a history, one that says nothing any more nothing at all", () => {
    expect(offered(rowOf({ edited_at: "2026-03-03T10:00:00Z", version: 2 }))).toContain("history");
    expect(offered(rowOf({ author: me, deleted_at: "2026-03-03T10:00:00Z", body: "" }))).toEqual([]);
    expect(offered(rowOf({ author: me, erased_at: "2026-03-03T10:00:00Z", body: "" }))).toEqual([]);
  });

  it("what was approved as it is, or only brings files, is not changed or copied", () => {
    expect(offered(rowOf({ author: me, downgraded_from: "m0" }))).toEqual(["reply", "copy", "delete"]);
    expect(offered(rowOf({ body: "" }))).toEqual(["reply"]);
  });

  it("a lower label is asked for where there is one to lower", () => {
    const can = ["post", "ask_lower_label"];
    expect(offered(rowOf({ label: { ...OPEN, level: "secret" } }), { can })).toContain("lower");
    expect(offered(rowOf(), { can })).not.toContain("lower");
  });
});
