import { expect, it } from "vitest";
import { isForSomebody, isPost, KINDS, mustEnd } from "./appointments";

it("whoever stands in for somebody has no post of their own by it, whoever is on duty neither, and most kinds must end", () => {
  expect(KINDS.filter(isForSomebody)).toEqual(["acting", "deputy", "assistant"]);
  expect(KINDS.filter(isPost)).toEqual(["further", "secondment"]);
  expect(KINDS.filter(mustEnd)).toEqual(["acting", "deputy", "secondment", "duty"]);
});
