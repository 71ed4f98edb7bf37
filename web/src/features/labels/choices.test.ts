import { describe, expect, it } from "vitest";
import { LABELS } from "../../test-data";
import { markedOf } from "../../ui/label";
import { above, below, clearedFor } from "./choices";

const secret = clearedFor(LABELS, { clearance: { level: "secret", categories: ["budget"] } });
const codes = (levels: { code: string }[]) => levels.map((one) => one.code);

describe("the labels to choose from", () => {
  it("end at the own clearance", () => {
    expect(codes(secret)).toEqual(["open", "official", "secret"]);
    expect(codes(clearedFor(LABELS, { clearance: { level: "official", categories: [] } }))).toEqual([
      "open",
      "official",
    ]);
    expect(codes(clearedFor(LABELS, { clearance: null }))).toEqual(["open"]);
    expect(secret.map((one) => codes(one.categories))).toEqual([[], ["budget"], ["budget"]]);
  });

  it("are above or below the present one", () => {
    const official = { level: "official", categories: [] };
    expect(codes(above(secret, LABELS, official))).toEqual(["official", "secret"]);
    expect(codes(above(secret, LABELS, { level: "open", categories: [] }))).toEqual(["official", "secret"]);
    const lower = below(secret, LABELS, { level: "secret", categories: ["budget"] });
    expect(codes(lower)).toEqual(["open", "official", "secret"]);
    expect(lower.map((one) => codes(one.categories))).toEqual([[], ["budget"], ["budget"]]);
    expect(codes(below(secret, LABELS, official)[1]?.categories ?? [])).toEqual([]);
  });
});

describe("what is chosen", () => {
  it("shows the markings of its parts, as the server gave them", () => {
    const chosen = markedOf(secret, { level: "secret", categories: ["budget"] });
    expect(chosen?.marking.en).toBe("SECRET");
    expect(chosen?.parts).toEqual([{ ru: "БЮДЖЕТ", en: "BUDGET" }]);
  });

  it("is nothing where it is not offered", () => {
    expect(markedOf(secret, { level: "cosmic", categories: [] })).toBeNull();
    expect(markedOf(secret, { level: "secret", categories: ["foreign"] })).toBeNull();
    expect(markedOf(secret, { level: "open", categories: ["budget"] })).toBeNull();
  });
});
