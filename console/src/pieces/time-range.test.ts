import { expect, test } from "vitest";

import { customEnds, customRange, spanOf } from "./time-range";

const NOW = Date.parse("2026-11-29T10:20:30Z");
const RANGES = [{ id: "1h", ms: 3_600_000 }, { id: "all" }];

test("a range of one's own is kept in the address as two times", () => {
  const range = customRange("2026-11-28T00:00:00+01:00", "2026-11-29T00:00:00+01:00");
  expect(range).toBe("2026-11-27T23:00:00.000Z/2026-11-28T23:00:00.000Z");
  expect(spanOf(range, RANGES, NOW)).toEqual({ start: Date.parse("2026-11-27T23:00:00Z"), end: Date.parse("2026-11-28T23:00:00Z") });
  expect(customEnds("2026-11-29T00:00:00Z/2026-11-28T00:00:00Z")).toBeNull();
  expect(customEnds("3h")).toBeNull();
});

test("a range of the list ends now; what is none is the first of the list", () => {
  expect(spanOf("1h", RANGES, NOW)).toEqual({ start: NOW - 3_600_000, end: NOW });
  expect(spanOf("all", RANGES, NOW)).toEqual({ start: 0, end: NOW });
  expect(spanOf("nonsense", RANGES, NOW)).toEqual(spanOf("1h", RANGES, NOW));
});
