/** What narrows a search, as it is typed: `from:`, `in:`, `after:`, `before:`, `has:file`, or the same in Russian. Pure. */
import type { Id } from "../../api/types";

export type Operator = "from" | "in" | "after" | "before" | "has";

/** What is searched for. Days are as an `input` of type `date` has them. */
export interface Search {
  words: string;
  from: Id | null;
  in: Id | null;
  after: string | null;
  before: string | null;
  hasFile: boolean;
}

export const NOTHING: Search = {
  words: "",
  from: null,
  in: null,
  after: null,
  before: null,
  hasFile: false,
};

/** The longest search that the server takes. */
export const LONGEST = 200;

const NAMES: Record<string, Operator> = {
  from: "from",
  от: "from",
  in: "in",
  в: "in",
  after: "after",
  после: "after",
  before: "before",
  до: "before",
  has: "has",
  есть: "has",
};

/** Each as it is offered in a language. */
export const OPERATORS: Record<"ru" | "en", Record<Operator, string>> = {
  en: { from: "from:", in: "in:", after: "after:", before: "before:", has: "has:file" },
  ru: { from: "от:", in: "в:", after: "после:", before: "до:", has: "есть:файл" },
};

const FILE = /^(files?|файлы?)$/i;
const NAME = Object.keys(NAMES).join("|");
// A letter before it makes it a part of another word; `\b` knows no Russian ones.
const LAST = new RegExp(`^(.*?\\s|)(${NAME}):([^:]*)$`, "iu");
const WHOLE = new RegExp(`(^|\\s)(${NAME}):(\\S+)(?=\\s)`, "giu");

const operatorOf = (name: string): Operator => NAMES[name.toLowerCase()] ?? "from";

/** A day that there is, from `2026-03-01` or `01.03.2026`. */
export function dayFrom(typed: string): string | null {
  const [, date, month, year] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(typed) ?? [];
  const two = (text: string) => text.padStart(2, "0");
  const day = date && month && year ? `${year}-${two(month)}-${two(date)}` : typed;
  if (!/^[12]\d{3}-\d\d-\d\d$/.test(day)) return null;
  const moment = new Date(`${day}T00:00:00Z`);
  // The 31st of February is the 3rd of March to `Date`.
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(day) ? day : null;
}

/** What a value of an operator means, where it is whole and nobody has to choose. */
export function meantBy(operator: Operator, value: string): Partial<Search> | null {
  if (operator === "has") return FILE.test(value) ? { hasFile: true } : null;
  if (operator !== "after" && operator !== "before") return null;
  const day = dayFrom(value);
  return day ? { [operator]: day } : null;
}

/** Takes out of what was typed what is whole: a blank behind it says so. */
export function settle(typed: string): { text: string; found: Partial<Search> } {
  let found: Partial<Search> = {};
  const text = typed.replace(WHOLE, (whole, _before, name: string, value: string, at: number) => {
    const meant = isQuoted(typed, at) ? null : meantBy(operatorOf(name), value);
    if (!meant) return whole;
    found = { ...found, ...meant };
    return "";
  });
  return { text: Object.keys(found).length > 0 ? text.trimStart() : text, found };
}

/** An operator whose value is still to be chosen. All that follows it is its value, since names have blanks in them. */
export interface Unfinished {
  before: string;
  operator: Operator;
  value: string;
}

export function unfinished(typed: string): Unfinished | null {
  const [, before = "", name, value = ""] = LAST.exec(typed) ?? [];
  if (name === undefined || isQuoted(typed, before.length)) return null;
  return { before, operator: operatorOf(name), value };
}

const isQuoted = (typed: string, at: number): boolean =>
  (typed.slice(0, at).match(/"/g)?.length ?? 0) % 2 === 1;

/** The words of what was typed: without an operator whose value is still to be chosen. */
export function wordsOf(typed: string): string {
  const words = unfinished(typed)?.before ?? typed;
  return words.trim().slice(0, LONGEST);
}
