/** What a graph shows: lines, each a statistic of a metric, and what is made of its values. */

import type { Window } from "./window";

/** A minute can be read this long after its end. */
const KEPT_AFTER_MS = 10_000;

export interface Line {
  /** What the line is called beside its graph. */
  title: string;
  namespace: string;
  metric: string;
  dimensions: Record<string, string>;
  statistic: string;
  /** What is shown of a value; the value itself where nothing is said. `seconds` is the period. */
  shown?: (value: number, seconds: number) => number;
}

export interface Graph {
  /** AWS's title, with the unit in brackets where AWS has it there. */
  title: string;
  lines: Line[];
  /** What has to happen for the graph to show anything. */
  filledBy: string;
}

export interface Point {
  /** Milliseconds since the epoch. */
  x: number;
  y: number;
}

/** A line's id in a request: `g2l0`. */
export function lineId(graph: number, line: number): string {
  return `g${graph}l${line}`;
}

/** A sum over a period as an average a second, which is how units of capacity are shown. */
export function perSecond(sum: number, seconds: number): number {
  return sum / seconds;
}

/** The times at which any line has a value, newest first, with each line's value (undefined where it has none). */
export function rows(lines: Point[][]): { time: number; values: (number | undefined)[] }[] {
  const times = new Map<number, (number | undefined)[]>();
  lines.forEach((points, number) => {
    for (const { x, y } of points) {
      const values = times.get(x) ?? Array.from<number | undefined>({ length: lines.length });
      values[number] = y;
      times.set(x, values);
    }
  });
  return [...times].map(([time, values]) => ({ time, values })).sort((one, other) => other.time - one.time);
}

/** The points of a line that counts things, with a 0 wherever nothing happened, up to the period that still runs. */
export function filled(points: Point[], window: Window): Point[] {
  const known = new Map(points.map(({ x, y }) => [x, y]));
  const step = window.period * 1000;
  const found: Point[] = [];
  for (let x = window.start; x < window.end; x += step) {
    const y = known.get(x) ?? (x + step + KEPT_AFTER_MS <= window.now ? 0 : undefined);
    if (y !== undefined) found.push({ x, y });
  }
  return found;
}

/** Whether gaps of a line mean 0: of sums and counts, but not of averages and percentiles. */
export function countsThings(line: Line): boolean {
  return line.statistic === "Sum" || line.statistic === "SampleCount";
}

/** A figure as people read it: four digits, and as many as it has before the point. */
export function figureText(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: Math.max(4, Math.ceil(Math.log10(Math.abs(value) + 1))) });
}
