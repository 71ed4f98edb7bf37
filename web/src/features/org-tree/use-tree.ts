/** The tree of units, opened branch by branch, as the flat list of its visible lines. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { rootUnitsQuery, unitChildrenQuery } from "../../api/queries";
import type { Unit } from "../../api/types";

export interface TreeLine {
  unit: Unit;
  level: number;
  isExpandable: boolean;
  isExpanded: boolean;
  parentId: string | null;
  position: number;
  siblings: number;
}

export type Children = ReadonlyMap<string, Unit[]>;

export function flatten(roots: Unit[], children: Children, expanded: ReadonlySet<string>): TreeLine[] {
  const lines: TreeLine[] = [];
  const walk = (units: Unit[], level: number, parentId: string | null) => {
    units.forEach((unit, index) => {
      const isExpandable = unit.children_count > 0;
      const isExpanded = isExpandable && expanded.has(unit.id);
      lines.push({
        unit,
        level,
        isExpandable,
        isExpanded,
        parentId,
        position: index + 1,
        siblings: units.length,
      });
      if (isExpanded) walk(children.get(unit.id) ?? [], level + 1, unit.id);
    });
  };
  walk(roots, 1, null);
  return lines;
}

export function useTree(path: string[]) {
  const roots = useQuery(rootUnitsQuery);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const pathKey = path.join();
  // Whatever leads to the unit on show is open, unless it was closed by hand.
  const expanded = useMemo(() => {
    const set = new Set(opened);
    for (const id of pathKey.split(",").slice(0, -1)) if (!closed.has(id)) set.add(id);
    return set;
  }, [opened, closed, pathKey]);
  const ids = [...expanded].filter(Boolean);
  const answers = useQueries({ queries: ids.map((id) => unitChildrenQuery(id)) });
  const children = new Map(ids.map((id, index) => [id, answers[index]?.data ?? []]));
  const lines = flatten(roots.data ?? [], children, expanded);
  const toggle = (id: string, open: boolean) => {
    const change = (set: ReadonlySet<string>, isIn: boolean) => {
      const next = new Set(set);
      if (isIn) next.add(id);
      else next.delete(id);
      return next;
    };
    setOpened((set) => change(set, open));
    setClosed((set) => change(set, !open));
  };
  return { lines, toggle, roots };
}
