import { describe, expect, it } from "vitest";
import { parsePath } from "../../paths";
import { addressOf, isNarrowed, readAddress } from "./address";
import { dayFrom, NOTHING, type Search, settle, unfinished, wordsOf } from "./operators";
import { daySuggestions } from "./use-suggestions";

const ID = "0198c2f0-1111-7222-8333-944455556666";

describe("an operator", () => {
  it.each([
    ["from:", "", "from", ""],
    ["отчёт от:Анна Ка", "отчёт ", "from", "Анна Ка"],
    ["В:штаб", "", "in", "штаб"],
    ["a after:2026-03", "a ", "after", "2026-03"],
    ["есть:фай", "", "has", "фай"],
    ["from:anna in:x", "from:anna ", "in", "x"],
  ])("is seen in %j while it is written", (typed, before, operator, value) => {
    expect(unfinished(typed)).toEqual({ before, operator, value });
    expect(wordsOf(typed)).toBe(before.startsWith("from:") ? "from:anna" : before.trim());
  });

  it.each(["http://x", "кому:Анна", '"от:Анны', "время 10:30", "xfrom:a"])("is none in %j", (typed) => {
    expect(unfinished(typed)).toBeNull();
    expect(wordsOf(typed)).toBe(typed);
  });

  it("counts as soon as it is whole and a blank stands behind it", () => {
    expect(settle("has:file")).toEqual({ text: "has:file", found: {} });
    expect(settle("has:file ")).toEqual({ text: "", found: { hasFile: true } });
    expect(settle("есть:файл после:01.03.2026 до:2026-04-01 смета ")).toEqual({
      text: "смета ",
      found: { hasFile: true, after: "2026-03-01", before: "2026-04-01" },
    });
    expect(settle("before:soon has:cat x ").found).toEqual({});
    expect(settle('"has:file " ').found).toEqual({});
  });
});

describe("a day", () => {
  it.each([
    ["2026-03-01", "2026-03-01"],
    ["1.3.2026", "2026-03-01"],
    ["29.02.2028", "2028-02-29"],
    ["31.02.2026", null],
    ["2026-13-01", null],
    ["0202-03-01", null],
    ["tomorrow", null],
    ["", null],
  ])("%j is %j", (typed, day) => expect(dayFrom(typed)).toBe(day));

  it("is offered near today, or as it was typed", () => {
    const now = new Date(2026, 2, 3, 12);
    const of = (value: string) => daySuggestions("after", value, now);
    expect(of("").map((one) => one.meant.after)).toEqual(["2026-03-02", "2026-02-24", "2026-02-01"]);
    expect(daySuggestions("before", "", now)[0]).toMatchObject({ meant: { before: "2026-03-03" } });
    expect(of("2026-02").map((one) => one.key)).toEqual(["week", "month"]);
    expect(of("24.12.2025 смета")).toMatchObject([{ meant: { after: "2025-12-24" }, rest: "смета" }]);
    expect(of("soon")).toEqual([]);
  });
});

describe("a search", () => {
  const search: Search = {
    words: '"срочный приказ" -черновик',
    from: ID,
    in: ID,
    after: "2026-03-01",
    before: "2026-04-01",
    hasFile: true,
  };

  it("is the same after it was an address", () => {
    for (const one of [search, NOTHING, { ...NOTHING, words: "a & b=c" }, { ...NOTHING, in: ID }]) {
      const address = new URL(addressOf(one), "https://x");
      expect(parsePath(address.pathname)).toEqual({ page: "search" });
      expect(readAddress(address.search)).toEqual(one);
    }
    expect(addressOf(NOTHING)).toBe("/search");
  });

  it("takes nothing from an address that makes no sense", () => {
    const odd = `?query=${"x".repeat(300)}&from=me&in=../x&after=never&has=cats`;
    expect(readAddress(odd)).toEqual({ ...NOTHING, words: "x".repeat(200) });
  });

  it("is narrowed by anything but words", () => {
    expect(isNarrowed({ ...NOTHING, words: "x" })).toBe(false);
    expect(isNarrowed({ ...NOTHING, hasFile: true })).toBe(true);
  });
});
