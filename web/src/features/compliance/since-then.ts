/** What is different today in a unit of the past: who is gone, who came, and whose post became another one. */
import type { PastHolder, PastTree, PastUnit } from "./api";

export interface SinceThen {
  /** No longer in this unit. */
  gone: Set<string>;
  /** The post of today, where it has another rank or is called otherwise. */
  changed: Map<string, PastHolder>;
  /** Here today, and not then. */
  came: PastHolder[];
  /** Units that are no longer below this one. */
  goneUnits: Set<string>;
  cameUnits: PastUnit[];
  /** Who leads it today, where that is somebody else. */
  head: PastUnit["head"] | undefined;
}

/** `today` is none where the unit is no more. Who came is known only where everybody of then `isWhole`. */
export function sinceThen(then: PastTree, today: PastTree | null, isWhole: boolean): SinceThen {
  const now = new Map(today?.people.map((person) => [person.id, person]));
  const before = new Set(then.people.map((person) => person.id));
  const unitsNow = new Set(today?.units.map((unit) => unit.id));
  const unitsBefore = new Set(then.units.map((unit) => unit.id));
  const isOther = (one: PastHolder, other: PastHolder) =>
    one.rank.code !== other.rank.code || one.post_title !== other.post_title || one.post !== other.post;
  const changed = then.people.flatMap((person): [string, PastHolder][] => {
    const other = now.get(person.id);
    return other && isOther(person, other) ? [[person.id, other]] : [];
  });
  return {
    gone: new Set([...before].filter((id) => !now.has(id))),
    changed: new Map(changed),
    came: isWhole ? [...now.values()].filter((person) => !before.has(person.id)) : [],
    goneUnits: new Set([...unitsBefore].filter((id) => !unitsNow.has(id))),
    cameUnits: today?.units.filter((unit) => !unitsBefore.has(unit.id)) ?? [],
    head: then.unit && then.unit.head?.id !== today?.unit?.head?.id ? (today?.unit?.head ?? null) : undefined,
  };
}

/** Whether nothing of it is different. */
export const isSame = (since: SinceThen): boolean =>
  since.gone.size + since.changed.size + since.came.length === 0 &&
  since.goneUnits.size + since.cameUnits.length === 0 &&
  since.head === undefined;
