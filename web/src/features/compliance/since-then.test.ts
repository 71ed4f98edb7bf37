import { describe, expect, it } from "vitest";
import { parsePath, paths } from "../../paths";
import { person } from "../../test-data";
import type { PastHolder, PastTree, PastUnit } from "./api";
import { isSame, sinceThen } from "./since-then";
import { readTreeQuestion, treeAddressOf } from "./use-tree-question";

const holder = (name: string, title = "Specialist"): PastHolder => ({
  ...person(name),
  post: "primary",
  post_title: title,
  rank: { code: title, name_ru: title, name_en: title, band: "officer" },
  from: null,
  until: null,
  duties: [],
});

const unit = (id: string, head: PastHolder | null = null): PastUnit => ({
  id,
  name: id,
  kind: "division",
  head,
  people_count: 1,
  children_count: 0,
});

const tree = (people: PastHolder[], units: string[], head: PastHolder | null = null): PastTree => ({
  at: "2026-03-03T09:00:00Z",
  known_at: "2026-03-03T09:00:00Z",
  org_version: 7,
  unit: unit("here", head),
  path: [],
  units: units.map((id) => unit(id)),
  people,
  changed_at: [],
});

describe("what is different today", () => {
  it("names who is gone, who came, and whose post became another", () => {
    const then = tree([holder("anna"), holder("boris"), holder("vera")], ["a", "b"]);
    const today = tree([holder("anna"), holder("vera", "Director"), holder("gleb")], ["b", "c"]);
    const since = sinceThen(then, today, true);
    expect([...since.gone]).toEqual([holder("boris").id]);
    expect([...since.changed.values()].map((one) => one.post_title)).toEqual(["Director"]);
    expect(since.came.map((one) => one.id)).toEqual([holder("gleb").id]);
    expect([...since.goneUnits]).toEqual(["a"]);
    expect(since.cameUnits.map((one) => one.id)).toEqual(["c"]);
    expect(since.head).toBeUndefined();
    expect([isSame(since), isSame(sinceThen(then, then, true))]).toEqual([false, true]);
    // Of half a list nobody can say who was not in it.
    expect(sinceThen(then, today, false).came).toEqual([]);
  });

  it("tells of another head, and of none", () => {
    const [anna, boris] = [holder("anna"), holder("boris")];
    expect(sinceThen(tree([], [], anna), tree([], [], boris), true).head?.id).toBe(boris.id);
    expect(sinceThen(tree([], [], anna), tree([], []), true).head).toBeNull();
  });

  it("is everything where the unit is no more", () => {
    const since = sinceThen(tree([holder("anna")], ["a"]), null, true);
    expect(since.gone.size).toBe(1);
    expect(since.goneUnits.size).toBe(1);
    expect(since.came).toEqual([]);
  });
});

it("the address of a part of the tree keeps it whole", () => {
  const wanted = {
    unit: "0190b6f2-0000-7000-8000-000000000001",
    at: "2026-03-03T09:00:00.000Z",
    isCompared: true,
  };
  const path = paths.complianceTree(treeAddressOf(wanted));
  expect(readTreeQuestion(path.slice(path.indexOf("?")))).toEqual(wanted);
  expect(parsePath(path.split("?")[0] ?? "")).toEqual({ page: "compliance", tab: "tree" });
  expect(readTreeQuestion("?unit=7&at=yesterday")).toEqual({ unit: null, at: null, isCompared: false });
});
