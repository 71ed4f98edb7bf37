import { describe, expect, it } from "vitest";
import { dayBegins, dayEnds, dayOf, lastDay } from "./days";

describe("days", () => {
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
