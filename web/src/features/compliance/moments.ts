/** Moments as the pages move through them: days of the last year, and what a date-time field says. */
import { dayOf as dayOfMoment, lastDay } from "../../days";

const DAY_MS = 86_400_000;
/** How far back the slider goes. */
export const DAYS = 365;

const two = (number: number): string => String(number).padStart(2, "0");

/** What a date-time field shows for a moment, by the clock of the reader. */
export function fieldOf(at: string | null): string {
  if (!at) return "";
  const date = new Date(at);
  return `${dayOfMoment(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment that a date-time field names; none where it is empty or half typed. */
export function momentOf(field: string): string | null {
  const at = new Date(field);
  return field && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}

/** No later than now: what lies ahead cannot be asked about. */
export const notAhead = (at: string | null, now: number): string | null =>
  at && Date.parse(at) < now ? at : null;

/** On which day of the slider a moment lies: 0 is a year ago, `DAYS` is now. */
export function dayOf(at: string | null, now: number): number {
  if (!at) return DAYS;
  const back = (now - Date.parse(at)) / DAY_MS;
  return Math.max(0, Math.min(DAYS, Math.round(DAYS - back)));
}

/** The moment of a day of the slider; none for now. */
export const atDay = (day: number, now: number): string | null =>
  day >= DAYS ? null : new Date(now - (DAYS - day) * DAY_MS).toISOString();

export const daysBefore = (at: string | null, days: number, now: number): string =>
  new Date((at ? Date.parse(at) : now) - days * DAY_MS).toISOString();

/** Some days later, or nothing where that would lie ahead. */
export const daysAfter = (at: string | null, days: number, now: number): string | null =>
  at ? notAhead(new Date(Date.parse(at) + days * DAY_MS).toISOString(), now) : null;

/**
 * The nearest moment before or after, to go from one change to the next. As it was given: by the thousandth of a second in which it
 * happened, it had not happened yet.
 */
export function neighbour(moments: readonly string[], at: string | null, direction: 1 | -1): string | null {
  const here = at ? Date.parse(at) : Number.POSITIVE_INFINITY;
  const sorted = [...moments].sort((one, other) => Date.parse(one) - Date.parse(other));
  const found =
    direction > 0
      ? sorted.find((one) => Date.parse(one) > here)
      : sorted.filter((one) => Date.parse(one) < here).at(-1);
  return found ?? null;
}

export const dayField = (at: string | null): string => (at ? dayOfMoment(new Date(at)) : "");

/** The last day of a period whose end does not belong to it. */
export const lastDayField = (until: string | null): string => (until ? dayOfMoment(lastDay(until)) : "");
