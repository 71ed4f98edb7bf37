import { describe, expect, it } from "vitest";
import { laterIn } from "./later";
import { laterEn } from "./later-en";
import { laterRu } from "./later-ru";

describe("the strings that are loaded later", () => {
  it("are the same in both languages, and Russian is in Russian", () => {
    expect(Object.keys(laterRu).sort()).toEqual(Object.keys(laterEn).sort());
    expect(Object.values(laterRu).filter((text) => !/[а-яё]/i.test(text))).toEqual([]);
    expect(Object.values(laterEn).filter((text) => /[а-яё]/i.test(text))).toEqual([]);
  });

  it.each([
    [1, "в 1 беседе"],
    [2, "в 2 беседах"],
    [21, "в 21 беседе"],
  ])("bend with the number: %d", (count, expected) => {
    expect(laterIn("ru")("readAll.text", { count })).toContain(expected);
  });
});
