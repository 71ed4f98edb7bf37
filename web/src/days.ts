/** Days as an `input` of type `date` has them, at the reader's place, and the moments at which they begin and end. */

/** The first moment of a day as an `input` of type `date` has it, at the reader's place. */
export function dayBegins(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year ?? 0, (month ?? 1) - 1, date ?? 1).toISOString();
}

/** The moment at which a last day is over. */
export function dayEnds(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year ?? 0, (month ?? 1) - 1, (date ?? 1) + 1).toISOString();
}

/** The day of a moment, as an `input` of type `date` has it. */
export function dayOf(moment: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The last day of something that is over at a moment. */
export const lastDay = (until: string): Date => new Date(new Date(until).getTime() - 1);
