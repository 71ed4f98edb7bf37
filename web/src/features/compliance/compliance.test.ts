import { describe, expect, it } from "vitest";
import { parsePath, paths } from "../../paths";
import { person } from "../../test-data";
import { standingOf } from "./case-standing";
import { hatOf, isReady, type WishFields } from "./decision-wish";
import { tabsOf } from "./duties";
import { bodyOf, emptyScope, faultOf } from "./scope-draft";
import { addressOf, readQuestion } from "./use-question";

const ID = "0190b6f2-0000-7000-8000-000000000001";
const OTHER = "0190b6f2-0000-7000-8000-000000000002";

describe("who is shown what", () => {
  it("compliance everything, the security office all but the past, others nothing", () => {
    expect(tabsOf(["compliance"])).toEqual(["access", "tree", "decisions", "cases", "holds", "record"]);
    expect(tabsOf(["security"])).toEqual(["decisions", "cases", "holds", "record"]);
    for (const roles of [undefined, [], ["admin"], ["hr"]]) expect(tabsOf(roles)).toEqual([]);
  });
});

describe("addresses", () => {
  it("lead where they say", () => {
    for (const tab of tabsOf(["compliance"]))
      expect(parsePath(paths.compliance(tab))).toEqual({ page: "compliance", tab });
    expect(parsePath(paths.complianceCase(ID))).toEqual({ page: "compliance", tab: "cases", caseId: ID });
    expect(parsePath(paths.complianceReading(ID, OTHER))).toEqual({
      page: "compliance",
      tab: "cases",
      caseId: ID,
      conversationId: OTHER,
    });
    expect(parsePath("/compliance/cases/7")).toEqual({ page: "unknown" });
  });

  it("keep a question about the past whole", () => {
    for (const subject of [{ kind: "conversation", id: ID } as const, { kind: "person", id: ID } as const]) {
      const question = { subject, at: "2026-03-03T09:00:00.000Z", knownAt: "2026-03-05T09:00:00.000Z" };
      const path = paths.complianceAccess(addressOf(question));
      expect(readQuestion(path.slice(path.indexOf("?")))).toEqual(question);
    }
    expect(paths.complianceAccess(addressOf({ subject: null, at: null, knownAt: null }))).toBe("/compliance");
  });

  it("that somebody typed wrongly ask nothing", () => {
    expect(readQuestion("?conversation=7&at=yesterday")).toEqual({ subject: null, at: null, knownAt: null });
  });
});

it("a case whose end date has passed is no longer in force, though it was approved", () => {
  expect(standingOf({ state: "approved", is_in_force: true })).toBe("in_force");
  expect(standingOf({ state: "approved", is_in_force: false })).toBe("ended");
  expect(standingOf({ state: "requested", is_in_force: false })).toBe("requested");
});

describe("a scope", () => {
  const people = [person("anna")];

  it("names something, and not too much, and does not end before it begins", () => {
    expect(faultOf(emptyScope)).toBe("empty");
    expect(faultOf({ ...emptyScope, people })).toBeNull();
    const units = Array.from({ length: 200 }, (_, place) => ({ id: String(place), name: "" }));
    expect(faultOf({ ...emptyScope, people, units })).toBe("tooMuch");
    const [from, until] = ["2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"];
    expect(faultOf({ ...emptyScope, people, from, until })).toBe("period");
  });

  it("is sent by ids", () => {
    expect(bodyOf({ ...emptyScope, people, units: [{ id: "u", name: "Unit" }] })).toEqual({
      person_ids: ["anna"],
      unit_ids: ["u"],
      conversation_ids: [],
      from: null,
      until: null,
    });
  });
});

describe("a question about a decision", () => {
  const fields: WishFields = {
    person: person("anna"),
    action: "dm.send",
    other: person("ivan"),
    place: null,
    hat: "own",
    principal: null,
    at: null,
  };

  it("needs somebody, and to whom or where", () => {
    expect(isReady(fields)).toBe(true);
    expect(isReady({ ...fields, person: null })).toBe(false);
    expect(isReady({ ...fields, other: null })).toBe(false);
    const place = { id: "c", kind: "channel", channel_kind: "project", name: "Budget" } as const;
    expect(isReady({ ...fields, action: "ch.post", other: null, place })).toBe(true);
    // Where it is between people, a channel that was chosen before does not count.
    expect(isReady({ ...fields, other: null, place })).toBe(false);
  });

  it("names for whom, where somebody stands in", () => {
    expect(isReady({ ...fields, hat: "acting" })).toBe(false);
    const standsIn = { ...fields, hat: "acting", principal: person("minister") } as const;
    expect([isReady(standsIn), hatOf(standsIn), hatOf(fields)]).toEqual([true, "acting:minister", "own"]);
  });
});
