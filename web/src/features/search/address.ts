/** A search as an address, and back: so it can be passed on, and one comes back to it. Pure. */
import { paths } from "../../paths";
import { dayFrom, LONGEST, NOTHING, type Search } from "./operators";

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whatever is no search is left out: an address may come from anywhere. */
export function readAddress(address: string): Search {
  const given = new URLSearchParams(address);
  const id = (name: string) => {
    const value = given.get(name) ?? "";
    return ID.test(value) ? value : null;
  };
  const day = (name: string) => dayFrom(given.get(name) ?? "");
  return {
    words: (given.get("query") ?? "").trim().slice(0, LONGEST),
    from: id("from"),
    in: id("in"),
    after: day("after"),
    before: day("before"),
    hasFile: given.get("has") === "file",
  };
}

export function addressOf({ words, hasFile, ...filters }: Search): string {
  const question: Record<string, string> = {};
  if (words) question.query = words;
  for (const name of ["from", "in", "after", "before"] as const) {
    const value = filters[name];
    if (value) question[name] = value;
  }
  if (hasFile) question.has = "file";
  return paths.search(question);
}

export const isNarrowed = (search: Search): boolean =>
  addressOf({ ...search, words: "" }) !== addressOf(NOTHING);
