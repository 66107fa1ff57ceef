/** A range of time as it stands in an address: one of a list (`1h`), or two times of ISO 8601 and a slash between them. */

export interface Range {
  id: string;
  /** How far back it goes, in milliseconds; nothing where it is all time. */
  ms?: number;
}

/** A range of one's own. */
export function customRange(start: string, end: string): string {
  return `${new Date(start).toISOString()}/${new Date(end).toISOString()}`;
}

/** The two ends of a range of one's own; null for a range of the list, and for what is none. */
export function customEnds(range: string): { startDate: string; endDate: string } | null {
  const [startDate = "", endDate = ""] = range.split("/");
  return Date.parse(startDate) < Date.parse(endDate) ? { startDate, endDate } : null;
}

/** From when to when a range is at a time, all in milliseconds since the epoch. What is no range is the first of the list. */
export function spanOf(range: string, ranges: readonly Range[], now: number): { start: number; end: number } {
  const ends = customEnds(range);
  if (ends) return { start: Date.parse(ends.startDate), end: Date.parse(ends.endDate) };
  const chosen = ranges.find(({ id }) => id === range) ?? ranges[0];
  return { start: chosen?.ms === undefined ? 0 : now - chosen.ms, end: now };
}
