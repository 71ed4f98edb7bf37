/** The columns of the facts and their values, in the reader's words. What a newer server has added is shown as it is. */

import type { MessageId, Translate } from "../../i18n";
import { en } from "../../i18n/en";
import type { Phase } from "./api";

/** The columns that rules may name, in the order in which people read them. */
export const COLUMNS = [
  "act",
  "tgt",
  "rel",
  "band",
  "gap",
  "lab",
  "wall",
  "mem",
  "semp",
  "temp",
  "hat",
  "crisis",
  "hours",
  "exc",
  "list",
] as const;

/** The values of a column, as far as this client knows them. */
export const VALUES: Record<(typeof COLUMNS)[number], string[]> = {
  act: valuesOf("act"),
  tgt: valuesOf("tgt"),
  rel: valuesOf("rel"),
  band: valuesOf("band"),
  gap: valuesOf("gap"),
  lab: valuesOf("lab"),
  wall: valuesOf("wall"),
  mem: valuesOf("mem"),
  semp: valuesOf("semp"),
  temp: valuesOf("temp"),
  hat: valuesOf("hat"),
  crisis: valuesOf("crisis"),
  hours: valuesOf("hours"),
  exc: valuesOf("exc"),
  list: valuesOf("list"),
};

function valuesOf(column: string): string[] {
  const prefix = `fact.${column}.`;
  return Object.keys(en).flatMap((id) => (id.startsWith(prefix) ? [id.slice(prefix.length)] : []));
}

export function columnName(t: Translate, column: string): string {
  const id = `factColumn.${column}`;
  return id in en ? t(id as MessageId) : column;
}

export function valueName(t: Translate, column: string, value: string): string {
  const id = `fact.${column}.${value}`;
  return id in en ? t(id as MessageId) : value;
}

export const toneOf: Record<Phase, "good" | "warn" | "bad" | "plain"> = {
  draft: "plain",
  proposed: "warn",
  approved: "warn",
  shadow: "warn",
  trial: "warn",
  active: "good",
  retired: "plain",
  withdrawn: "bad",
};
