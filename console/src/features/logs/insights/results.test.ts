import { expect, it } from "vitest";

import { seriesOf, tableOf } from "./results";

const row = (values: Record<string, string>) => Object.entries(values).map(([field, value]) => ({ field, value }));

it("makes columns of all fields but the pointer", () => {
  const { columns, rows } = tableOf([row({ a: "1", "@ptr": "p" }), row({ b: "2" })]);
  expect(columns).toEqual(["a", "b"]);
  expect(rows.map(({ pointer }) => pointer)).toEqual(["p", ""]);
});

it("draws a line for each number and group over time, oldest first", () => {
  const { columns, rows } = tableOf([
    row({ "bin(5m)": "2026-11-29 10:05:00.000", level: "error", n: "2", sum: "5.5" }),
    row({ "bin(5m)": "2026-11-29 10:00:00.000", level: "error", n: "1" }),
    row({ "bin(5m)": "2026-11-29 10:00:00.000", n: "7" }),
  ]);
  const series = seriesOf(columns, rows);
  expect(series.map(({ title }) => title)).toEqual(["error · n", "error · sum", "n"]);
  expect(series[0]?.points).toEqual([
    { x: new Date("2026-11-29T10:00:00Z"), y: 1 },
    { x: new Date("2026-11-29T10:05:00Z"), y: 2 },
  ]);
});

it("draws nothing of events, nor without a time", () => {
  const events = tableOf([row({ "@timestamp": "2026-11-29 10:05:00.000", n: "1", "@ptr": "p" })]);
  expect(seriesOf(events.columns, events.rows)).toEqual([]);
  const counts = tableOf([row({ level: "error", n: "1" })]);
  expect(seriesOf(counts.columns, counts.rows)).toEqual([]);
});
