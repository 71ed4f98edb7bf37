import { describe, expect, it } from "vitest";
import { dayBegins, dayEnds } from "../../days";
import {
  atDay,
  DAYS,
  dayField,
  dayOf,
  daysAfter,
  daysBefore,
  fieldOf,
  lastDayField,
  momentOf,
  neighbour,
  notAhead,
} from "./moments";

const NOW = Date.parse("2026-11-24T10:00:00Z");

describe("a date-time field", () => {
  it("gives back what it was given, to the minute", () => {
    const moment = "2026-03-03T09:30:00.000Z";
    expect(momentOf(fieldOf(moment))).toBe(moment);
    expect(fieldOf(null)).toBe("");
  });

  it("names no moment while it is empty or half typed", () => {
    expect([momentOf(""), momentOf("2026-99-99T00:00")]).toEqual([null, null]);
  });

  it("does not name what lies ahead: that is now", () => {
    expect(notAhead("2026-12-01T00:00:00Z", NOW)).toBeNull();
    expect(notAhead("2026-03-01T00:00:00Z", NOW)).toBe("2026-03-01T00:00:00Z");
  });
});

describe("the slider", () => {
  it("ends with now, and begins a year ago", () => {
    expect(dayOf(null, NOW)).toBe(DAYS);
    expect(atDay(DAYS, NOW)).toBeNull();
    expect(atDay(0, NOW)).toBe("2025-11-24T10:00:00.000Z");
    expect(dayOf("2020-01-01T00:00:00Z", NOW)).toBe(0);
  });

  it("comes back to the day that it was moved to", () => {
    for (const day of [0, 1, 100, 364]) expect(dayOf(atDay(day, NOW), NOW)).toBe(day);
  });

  it("goes from one change to the next, and stops at the ends", () => {
    const marks = ["2026-05-01T00:00:00Z", "2026-03-01T00:00:00Z"];
    expect(neighbour(marks, null, -1)).toBe("2026-05-01T00:00:00Z");
    expect(neighbour(marks, "2026-05-01T00:00:00Z", -1)).toBe("2026-03-01T00:00:00Z");
    expect(neighbour(marks, "2026-03-01T00:00:00Z", -1)).toBeNull();
    expect(neighbour(marks, "2026-03-01T00:00:00Z", 1)).toBe("2026-05-01T00:00:00Z");
    expect(neighbour(marks, null, 1)).toBeNull();
    // A change of the middle of a millisecond had not happened when that began.
    expect(neighbour(["2026-03-01T00:00:00.123456Z"], null, -1)).toBe("2026-03-01T00:00:00.123456Z");
  });
});

describe("periods", () => {
  it("lie around the moment, and do not reach beyond now", () => {
    expect(daysBefore("2026-03-08T00:00:00Z", 7, NOW)).toBe("2026-03-01T00:00:00.000Z");
    expect(daysBefore(null, 1, NOW)).toBe("2026-11-23T10:00:00.000Z");
    expect(daysAfter("2026-03-01T00:00:00Z", 7, NOW)).toBe("2026-03-08T00:00:00.000Z");
    expect([daysAfter(null, 7, NOW), daysAfter("2026-11-23T00:00:00Z", 7, NOW)]).toEqual([null, null]);
  });

  it("include their last day, also at the end of a month and of a year", () => {
    for (const day of ["2026-03-31", "2026-12-31", "2028-02-29"]) {
      expect(lastDayField(dayEnds(day))).toBe(day);
      expect(dayField(dayBegins(day))).toBe(day);
    }
    expect([lastDayField(null), dayField(null)]).toEqual(["", ""]);
  });
});
