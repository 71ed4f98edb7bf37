import { describe, expect, it } from "vitest";
import type { Unit } from "../../api/types";
import { actionOf } from "./tree";
import { flatten } from "./use-tree";

const unit = (id: string, children_count = 0): Unit => ({
  id,
  name: id,
  kind: "division",
  parent_id: null,
  agency_id: "a",
  head: null,
  people_count: 0,
  children_count,
  channel_id: null,
  path: [],
});
const children = new Map([["a", [unit("b", 1), unit("c")]]]);
const open = flatten([unit("a", 2), unit("z")], children, new Set(["a"]));

describe("the tree", () => {
  it("lists what is open, with level and place among its siblings", () => {
    expect(open.map((line) => [line.unit.id, line.level, line.position, line.siblings])).toEqual([
      ["a", 1, 1, 2],
      ["b", 2, 1, 2],
      ["c", 2, 2, 2],
      ["z", 1, 2, 2],
    ]);
    expect(flatten([unit("a", 2)], children, new Set())).toHaveLength(1);
  });

  it("is walked by the keyboard", () => {
    const press = (key: string, at: number) => {
      const line = open[at];
      return line ? actionOf(key, line, open, at) : null;
    };
    expect(press("ArrowRight", 0)).toMatchObject({ kind: "focus", line: { unit: { id: "b" } } });
    expect(press("ArrowRight", 1)).toEqual({ kind: "toggle", open: true });
    expect(press("ArrowLeft", 2)).toMatchObject({ line: { unit: { id: "a" } } });
    expect(press("ArrowLeft", 0)).toEqual({ kind: "toggle", open: false });
    expect(press("End", 0)).toMatchObject({ line: { unit: { id: "z" } } });
    expect(press("Enter", 2)).toEqual({ kind: "choose" });
    expect(press("z", 0)).toMatchObject({ line: { unit: { id: "z" } } });
    expect(press("F2", 0)).toBeNull();
  });
});
