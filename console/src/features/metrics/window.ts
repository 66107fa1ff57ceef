/** The time that graphs show: how far back, or from when to when, and how fine. It stands in the address. */

import { customEnds, spanOf } from "../../pieces/time-range";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const POINTS_MAX = 400;

/** The ranges to choose from: their text, how far back they go, and their period in seconds. */
export const RANGES = [
  { id: "1h", text: "1h", says: "Last hour", ms: HOUR, period: 60 },
  { id: "3h", text: "3h", says: "Last 3 hours", ms: 3 * HOUR, period: 60 },
  { id: "12h", text: "12h", says: "Last 12 hours", ms: 12 * HOUR, period: 300 },
  { id: "1d", text: "1d", says: "Last day", ms: 24 * HOUR, period: 300 },
  { id: "1w", text: "1w", says: "Last week", ms: 7 * 24 * HOUR, period: 3_600 },
] as const;
export const DEFAULT_RANGE = "1h";

export interface Window {
  /** Milliseconds since the epoch; whole periods. */
  start: number;
  end: number;
  /** Seconds. */
  period: number;
  /** The server's time when it was asked. */
  now: number;
}

/** The minutes of a range at a time of the server; what is no range is the default one. */
export function windowOf(range: string, now: number): Window {
  const { start, end } = spanOf(range, RANGES, now);
  const chosen = RANGES.find(({ id }) => id === range) ?? RANGES[0];
  return whole(start, end, customEnds(range) ? periodFor(end - start) : chosen.period, now);
}

/** The shortest usual period by which a span has no more points than a graph can show. */
export function periodFor(ms: number): number {
  const usual = [60, 300, 900, 3_600, 6 * 3_600, 24 * 3_600];
  return usual.find((period) => ms / 1000 / period <= POINTS_MAX) ?? 24 * 3_600;
}

/** Ends on whole periods, so that a point is the same however often one looks. */
function whole(start: number, end: number, period: number, now: number): Window {
  const ms = period * 1000;
  return { start: Math.floor(start / ms) * ms, end: Math.ceil(end / ms) * ms, period, now };
}

/** How many seconds of the period that begins at `x` are over by now, in whole minutes; at least one. */
export function secondsOver(window: Window, x: number): number {
  const over = Math.floor((window.now - x) / MINUTE) * 60;
  return Math.min(window.period, Math.max(60, over));
}

/** "1 minute", "5 minutes", "1 hour". */
export function periodText(seconds: number): string {
  const [count, unit] = seconds % 3_600 ? [seconds / 60, "minute"] : [seconds / 3_600, "hour"];
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}
