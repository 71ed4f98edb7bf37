/**
 * Reads the JSON that the sync writes. An older or newer sync may leave parts out or add some: what is absent was not
 * computed, and says so; what is strange is left out, never guessed.
 */
type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const part = (value: unknown, key: string): Fields | null => {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : null;
};
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

export interface Change {
  change: string;
  name: string;
  dn: string;
  unit: string;
  fields: FieldChange[];
}

/** A value as people read it: nothing is an empty text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(shown).filter(Boolean).join(", ");
  if (isObject(value)) return text(value.name) || text(value.dn) || JSON.stringify(value);
  return String(value);
}

export function readChanges(value: unknown): Change[] {
  return list(value).map((one) => ({
    change: text(one.change),
    name: text(one.name) || text(one.dn) || text(one.id),
    dn: text(one.dn),
    unit: text(one.unit) || unitOf(text(one.dn)),
    fields: list(one.fields).map((field) => ({
      field: text(field.field),
      before: shown(field.before),
      after: shown(field.after),
    })),
  }));
}

/** The unit that the name of an entry tells: its first OU, with the escapes of RFC 4514 undone. */
export function unitOf(dn: string): string {
  const found = /(?:^|[,+])\s*ou\s*=\s*((?:\\.|[^,+\\])*)/i.exec(dn)?.[1] ?? "";
  return found.replace(/\\(.)/g, "$1").trim();
}

export const readNames = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];

export interface FindingText {
  code: string;
  dn: string;
  field: string;
  value: string;
  ru: string;
  en: string;
}

export function readFinding(value: unknown): FindingText {
  const one = isObject(value) ? value : {};
  return {
    code: text(one.code),
    dn: text(one.dn),
    field: text(one.field),
    value: shown(one.value),
    ru: text(one.message_ru),
    en: text(one.message_en),
  };
}

export const readFindings = (value: unknown): FindingText[] => list(value).map(readFinding);

/** The sentence in the reader's language, or in the other one, or the bare code. */
export function sentence(finding: FindingText, language: "ru" | "en"): string {
  const [first, second] = language === "ru" ? [finding.ru, finding.en] : [finding.en, finding.ru];
  return first || second || finding.code;
}

export interface Example {
  who: string;
  what: string;
  effect: string;
  why: { ru: string; en: string; rule: string } | null;
}

export interface Consequences {
  people: Record<string, number> | null;
  conversations: {
    lost: number | null;
    gained: number | null;
    writingLost: number | null;
    writingGained: number | null;
    examples: Example[];
  } | null;
  channels: {
    made: number | null;
    archived: number | null;
    names: { name: string; effect: string }[];
  } | null;
  contacts: {
    forbidden: number | null;
    allowed: number | null;
    sampled: boolean;
    forbiddenMargin: number | null;
    allowedMargin: number | null;
    examples: Example[];
  } | null;
}

const PEOPLE = ["added", "moved", "disabled", "gone", "clearances_raised", "clearances_lowered"] as const;

/** Who is added, moved, lost: from the consequences, and where they leave it out from the counts of the plan. */
function readPeople(value: unknown, counts: unknown): Record<string, number> | null {
  const told = part(value, "people") ?? {};
  const counted = isObject(counts) ? counts : {};
  const found = PEOPLE.flatMap((key) => {
    const count = number(told[key]) ?? number(counted[`people_${key}`]) ?? number(counted[key]);
    return count === null ? [] : [[key, count] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : null;
}

export function readConsequences(value: unknown, counts?: unknown): Consequences {
  const [conversations, channels, contacts] = ["conversations", "channels", "contacts"].map((key) =>
    part(value, key),
  );
  return {
    people: readPeople(value, counts),
    conversations: conversations
      ? {
          lost: number(conversations.lost),
          gained: number(conversations.gained),
          writingLost: number(conversations.writing_lost),
          writingGained: number(conversations.writing_gained),
          examples: list(conversations.examples).map((one) => ({
            who: shown(one.person),
            what: shown(one.conversation),
            effect: text(one.effect),
            why: null,
          })),
        }
      : null,
    channels: channels
      ? {
          made: number(channels.made),
          archived: number(channels.archived),
          names: (Array.isArray(channels.names) ? channels.names : []).map((one) => ({
            name: shown(one),
            effect: isObject(one) ? text(one.effect) : "",
          })),
        }
      : null,
    contacts: contacts
      ? {
          forbidden: number(contacts.now_forbidden),
          allowed: number(contacts.now_allowed),
          sampled: contacts.sampled === true,
          forbiddenMargin: number(contacts.forbidden_margin),
          allowedMargin: number(contacts.allowed_margin),
          examples: list(contacts.examples).map((one) => ({
            who: shown(one.from),
            what: shown(one.to),
            effect: text(one.effect),
            why: { ru: text(one.message_ru), en: text(one.message_en), rule: text(one.rule) },
          })),
        }
      : null,
  };
}

/** The numbers of a run that are not zero, in the order in which they matter. */
const COUNTS = [
  "people_gone",
  "people_disabled",
  "people_moved",
  "people_added",
  "people_changed",
  "people_enabled",
  "units_gone",
  "units_added",
  "units_changed",
  "quarantined",
] as const;
export type CountName = (typeof COUNTS)[number];

export function readCounts(value: unknown): [CountName, number][] {
  if (!isObject(value)) return [];
  return COUNTS.flatMap((name): [CountName, number][] => {
    const count = number(value[name]);
    return count ? [[name, count]] : [];
  });
}

/** Changes by unit, the unit with the most of them first. */
export function byUnit(changes: Change[]): [string, Change[]][] {
  const units = new Map<string, Change[]>();
  for (const change of changes) units.set(change.unit, [...(units.get(change.unit) ?? []), change]);
  return [...units].sort(([a, one], [b, two]) => two.length - one.length || a.localeCompare(b));
}

export function matches(change: Change, query: string): boolean {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const all = `${change.name} ${change.dn} ${change.unit}`.toLocaleLowerCase();
  return words.every((word) => all.includes(word));
}
