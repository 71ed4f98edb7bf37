import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { message, OPEN, person } from "../../test-data";
import type { Outgoing } from "../composer/outbox";
import { linkify, trimAddress } from "./linkify";
import { buildRows } from "./rows";

const me = person("me");
const at = (hour: number, minute: number, day = 3) => new Date(2026, 2, day, hour, minute).toISOString();

describe("the lines of a conversation", () => {
  it("begin a day once and join what one person says in one breath", () => {
    const rows = buildRows(
      [
        message(1, { created_at: at(9, 0) }),
        message(2, { created_at: at(9, 2) }),
        message(3, { created_at: at(9, 30) }),
        message(4, { created_at: at(9, 0, 4) }),
      ],
      [],
      me,
      null,
    );
    expect(rows.map((row) => row.startsDay)).toEqual([true, false, false, true]);
    expect(rows.map((row) => row.isCompact)).toEqual([false, true, false, false]);
  });

  it("do not join what is said in different hats", () => {
    const rows = buildRows(
      [message(1), message(2, { hat: "acting", principal: person("director") })],
      [],
      me,
      null,
    );
    expect(rows[1]?.isCompact).toBe(false);
  });

  it("know what is not kept any more", () => {
    const rows = buildRows([message(1, { body: "", erased_at: at(9, 0) }), message(2)], [], me, null);
    expect(rows.map((row) => row.isErased)).toEqual([true, false]);
  });

  it("quote the line that they answer, as far as it is there", () => {
    const gone = message(2, { body: "", deleted_at: at(9, 5), deleted_by: person("me") });
    const rows = buildRows(
      [
        message(1, { body: "\nfirst line\nsecond line" }),
        gone,
        message(3, { reply_to: "m1" }),
        message(4, { reply_to: "m2" }),
        message(5, { reply_to: "m0" }),
        message(6, { reply_to: "m1", body: "", deleted_at: at(9, 5) }),
      ],
      [],
      me,
      null,
    );
    expect(rows.map((row) => row.quote && [row.quote.state, row.quote.words])).toEqual([
      null,
      null,
      ["there", "first line"],
      ["gone", ""],
      ["absent", ""],
      null,
    ]);
    expect(rows[1]).toMatchObject({ isDeleted: true, deletedBy: { id: "me" } });
  });

  it("draw the line above the first unread message of somebody else", () => {
    const rows = buildRows([message(1), message(2, { author: me }), message(3), message(4)], [], me, 1);
    expect(rows.map((row) => row.startsUnread)).toEqual([false, false, true, false]);
  });

  it("show a message on its way until it has arrived, under the same key", () => {
    const outgoing: Outgoing = {
      clientId: "x",
      conversationId: "c1",
      body: "hello",
      files: [],
      replyTo: null,
      label: OPEN,
      hat: "own",
      principal: null,
      createdAt: at(10, 0),
      status: "sending",
      error: null,
    };
    const before = buildRows([message(1)], [outgoing], me, null);
    const after = buildRows([message(1), message(2, { author: me, client_id: "x" })], [outgoing], me, null);
    expect(before).toHaveLength(2);
    expect(after).toHaveLength(2);
    expect(after[1]?.key).toBe(before[1]?.key);
  });
});

describe("text", () => {
  it("stays text: nothing in it is HTML, and only web addresses are links", () => {
    const { container } = render(
      <p>{linkify("<img src=x onerror=alert(1)> javascript:alert(1) https://a.example/b.")}</p>,
    );
    expect(container.querySelector("img")).toBeNull();
    const links = [...container.querySelectorAll("a")].map((link) => link.getAttribute("href"));
    expect(links).toEqual(["https://a.example/b"]);
    expect(container.textContent).toBe(
      "<img src=x onerror=alert(1)> javascript:alert(1) https://a.example/b.",
    );
  });

  it.each([
    ["https://a.example/x).", "https://a.example/x"],
    ["https://a.example/x_(y)", "https://a.example/x_(y)"],
    ["https://a.example/?q=1,", "https://a.example/?q=1"],
  ])("%s ends where it should", (raw, expected) => {
    expect(trimAddress(raw)).toBe(expected);
  });
});
