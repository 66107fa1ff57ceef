/** A query's rows as a table, and as a chart where they are counted over time. */

import type { ResultField } from "@aws-sdk/client-cloudwatch-logs";

export interface ResultRow {
  id: string;
  /** Leads to the whole event; "" of a row of `stats`. */
  pointer: string;
  values: Record<string, string>;
}

export interface Series {
  title: string;
  points: { x: Date; y: number }[];
}

const POINTER = "@ptr";
const MOMENT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/;
const SERIES_MAX = 10;

/** The columns in the order in which they first appear, and the rows. */
export function tableOf(results: ResultField[][]): { columns: string[]; rows: ResultRow[] } {
  const columns = new Set<string>();
  const rows = results.map((fields, place) => {
    const values: Record<string, string> = {};
    for (const { field = "", value = "" } of fields) {
      values[field] = value;
      if (field !== POINTER) columns.add(field);
    }
    return { id: String(place), pointer: values[POINTER] ?? "", values };
  });
  return { columns: [...columns], rows };
}

/** A line for each number, and for each value that rows are grouped by beside the time; none without a `bin`. */
export function seriesOf(columns: string[], rows: ResultRow[]): Series[] {
  const first = rows[0];
  const time = columns.find((column) => MOMENT.test(first?.values[column] ?? ""));
  if (!time || rows.some((row) => row.pointer)) return [];
  const numbers = columns.filter((column) => column !== time && rows.every(({ values }) => isNumber(values[column])));
  const groups = columns.filter((column) => column !== time && !numbers.includes(column));
  const series = new Map<string, Series>();
  for (const { values } of rows) {
    const group = groups.map((column) => values[column] ?? "").join(", ");
    for (const column of numbers) {
      if (values[column] === undefined) continue;
      const title = [group, numbers.length > 1 || !group ? column : ""].filter(Boolean).join(" · ");
      const found = series.get(title) ?? { title, points: [] };
      series.set(title, found);
      found.points.push({ x: new Date(`${(values[time] ?? "").replace(" ", "T")}Z`), y: Number(values[column]) });
    }
  }
  const shown = [...series.values()].slice(0, SERIES_MAX);
  for (const { points } of shown) points.sort((a, b) => a.x.getTime() - b.x.getTime());
  return shown;
}

function isNumber(value: string | undefined): boolean {
  return value === undefined || (value !== "" && Number.isFinite(Number(value)));
}
