import { describe, expect, it } from "vitest";
import { differenceOf } from "./difference";
import { saidOf } from "./history-dialog";

const told = (before: string, after: string) =>
  differenceOf(before, after)
    .map(({ kind, text }) => (kind === "same" ? text : kind === "added" ? `[+${text}]` : `[-${text}]`))
    .join("");

describe("a difference", () => {
  it.each([
    ["до обеда", "до обеда", "до обеда"],
    ["Жду до обеда, срочно", "Жду до вечера, срочно", "Жду до [-обеда][+вечера], срочно"],
    ["Жду справку", "Жду справку и карту", "Жду справку[+ и карту]"],
    ["один два три", "три", "[-один два ]три"],
    ["", "слово", "[+слово]"],
    ["слово", "", "[-слово]"],
    ["a b c d", "x y c d", "[-a b][+x y] c d"],
  ])("from %j to %j", (before, after, expected) => {
    expect(told(before, after)).toBe(expected);
  });

  it("loses nothing of either text", () => {
    const [before, after] = ["Раз, два — три\nчетыре 😀", "Два, три!\nчетыре пять 😀"];
    const pieces = differenceOf(before, after);
    const without = (kind: string) =>
      pieces
        .filter((one) => one.kind !== kind)
        .map((one) => one.text)
        .join("");
    expect(without("added")).toBe(before);
    expect(without("removed")).toBe(after);
  });

  it("of very long texts is still an answer", () => {
    const long = (word: string) => `${word} `.repeat(3_000);
    expect(differenceOf(long("a"), long("b")).map((one) => one.kind)).toEqual(["removed", "added", "same"]);
  });
});

it("a history has the newest first, each with what it followed and how long it held", () => {
  const version = { conversation_id: "c1", seq: 1, files: [] };
  const said = saidOf({ at: "9:00", body: "third", version: 3 }, [
    { ...version, version: 1, body: "first", until_at: "9:10" },
    { ...version, version: 2, body: "second", until_at: "9:20" },
  ]);
  expect(said).toEqual([
    { version: 3, body: "third", before: "second", from: "9:20", until: null },
    { version: 2, body: "second", before: "first", from: "9:10", until: "9:20" },
    { version: 1, body: "first", before: null, from: "9:00", until: "9:10" },
  ]);
});
