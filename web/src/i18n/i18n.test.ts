import { describe, expect, it } from "vitest";
import { intlFor } from ".";
import { en as firstEn } from "./en";
import { messageActionsEn } from "./message-actions-en";
import { messageActionsRu } from "./message-actions-ru";
import { ru as firstRu } from "./ru";

// What comes with later parts of the program is held to the same.
const en = { ...firstEn, ...messageActionsEn };
const ru: Record<keyof typeof en, string> = { ...firstRu, ...messageActionsRu };

const plurals = (text: string): string[][] =>
  [...text.matchAll(/\{\w+, plural, ((?:\w+ \{[^}]*\} ?)+)\}/g)].map((match) =>
    [...(match[1] ?? "").matchAll(/(\w+) \{/g)].map((form) => form[1] ?? ""),
  );
const variables = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map((match) => match[1] ?? ""))].sort();

describe("the two dictionaries", () => {
  it("have the same keys", () => {
    expect(Object.keys(ru).sort()).toEqual(Object.keys(en).sort());
  });

  it("have no empty string, and Russian is in Russian", () => {
    const latinOnly = Object.entries(ru).filter(([, text]) => !/[а-яё]/i.test(text));
    expect(latinOnly).toEqual([]);
    expect(Object.entries(en).filter(([, text]) => /[а-яё]/i.test(text) || text.trim() === "")).toEqual([]);
  });

  it("use the same variables", () => {
    const inPlurals = new Set(["one", "few", "many", "other"]);
    for (const id of Object.keys(en) as (keyof typeof en)[]) {
      const of = (text: string) => variables(text).filter((name) => !inPlurals.has(name));
      expect(of(ru[id]), id).toEqual(of(en[id]));
    }
  });

  it("give every Russian plural its four forms", () => {
    let seen = 0;
    for (const [id, text] of Object.entries(ru)) {
      expect(plurals(text).length > 0, id).toBe(text.includes("plural"));
      for (const forms of plurals(text)) {
        seen += 1;
        expect(forms, id).toEqual(["one", "few", "many", "other"]);
      }
    }
    expect(seen).toBeGreaterThan(4);
  });
});

describe("Russian numbers", () => {
  it.each([
    [1, "1 участник"],
    [2, "2 участника"],
    [5, "5 участников"],
    [11, "11 участников"],
    [21, "21 участник"],
    [1.5, "1,5 участника"],
  ])("%d", (count, expected) => {
    expect(intlFor("ru").formatMessage({ id: "conversation.members" }, { count })).toBe(expected);
  });
});
