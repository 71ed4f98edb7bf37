import { describe, expect, it } from "vitest";
import { dayBegins, dayEnds, dayOf, isForSomebody, isPost, KINDS, lastDay, mustEnd } from "./appointments";

describe("the days of an appointment", () => {
  it("begin with the first moment and are over with the last day, also at the end of a month and of a year", () => {
    expect(new Date(dayBegins("2026-12-01"))).toEqual(new Date(2026, 11, 1));
    expect(new Date(dayEnds("2026-12-31"))).toEqual(new Date(2027, 0, 1));
    expect(new Date(dayEnds("2028-02-28"))).toEqual(new Date(2028, 1, 29));
  });

  it("come back as they went", () => {
    for (const day of ["2026-11-27", "2026-12-31", "2028-02-29"]) {
      expect(dayOf(new Date(dayBegins(day)))).toBe(day);
      expect(dayOf(lastDay(dayEnds(day)))).toBe(day);
    }
  });
});

it("whoever stands in for somebody has no post of their own by it, whoever is on duty neither, and most kinds must end", () => {
  expect(KINDS.filter(isForSomebody)).toEqual(["acting", "deputy", "assistant"]);
  expect(KINDS.filter(isPost)).toEqual(["further", "secondment"]);
  expect(KINDS.filter(mustEnd)).toEqual(["acting", "deputy", "secondment", "duty"]);
});
