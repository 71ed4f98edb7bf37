import { describe, expect, it } from "vitest";
import { person } from "../../test-data";
import { type Exception, type ExceptionRequest, lengths, standing } from "./exceptions";

const exception = (state: Exception["state"]): Exception => ({
  id: "e1",
  kind: "grant",
  state,
  person: person("officer"),
  target: person("minister"),
  approver: "superior",
  made_by: person("head"),
  made_at: "2026-03-03T09:00:00Z",
  reason: "Паводок.",
  from: "2026-03-03T09:00:00Z",
  until: "2026-03-10T21:00:00Z",
  ended: null,
  can: [],
});

const request = (change: Partial<ExceptionRequest>): ExceptionRequest => ({
  id: "r1",
  state: "open",
  person: person("officer"),
  target: person("minister"),
  approver: "superior",
  waits_for: person("head"),
  action: "dm.start",
  rule: "D05",
  reason: "Паводок.",
  asked_at: "2026-03-03T08:00:00Z",
  wanted_until: "2026-03-10T08:00:00Z",
  longest_days: 90,
  decided: null,
  exception: null,
  can: ["withdraw"],
  ...change,
});

describe("the last request about somebody", () => {
  it("says what one waits for, or may ask again", () => {
    expect(standing(null)).toBe("none");
    expect(standing(request({}))).toBe("open");
    expect(standing(request({ state: "withdrawn" }))).toBe("none");
    expect(standing(request({ state: "refused" }))).toBe("refused");
  });

  it("follows what was granted to its end", () => {
    const granted = (state: Exception["state"]) =>
      standing(request({ state: "granted", exception: exception(state) }));
    expect([granted("coming"), granted("active"), granted("past")]).toEqual(["coming", "active", "over"]);
    expect(standing(request({ state: "granted" }))).toBe("over");
  });
});

describe("how long one may ask for", () => {
  it("ends with the longest that the policy allows", () => {
    expect(lengths(90)).toEqual([1, 3, 7, 14, 30, 90]);
    expect(lengths(7)).toEqual([1, 3, 7]);
    expect(lengths(1)).toEqual([1]);
  });
});
