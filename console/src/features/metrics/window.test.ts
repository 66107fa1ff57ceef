import { expect, test } from "vitest";

import { periodFor, periodText, RANGES, secondsOver, windowOf } from "./window";

const NOW = Date.parse("2026-11-29T10:20:30Z");

test("a range ends with the period that runs, and begins with a whole one", () => {
  expect(windowOf("1h", NOW)).toEqual({
    start: Date.parse("2026-11-29T09:20:00Z"),
    end: Date.parse("2026-11-29T10:21:00Z"),
    period: 60,
    now: NOW,
  });
  expect(windowOf("1w", NOW).start).toBe(Date.parse("2026-11-22T10:00:00Z"));
  expect(windowOf("nonsense", NOW)).toEqual(windowOf(RANGES[0].id, NOW));
});

test("a range of one's own has the period that suits its length", () => {
  expect(windowOf("2026-11-27T23:00:00Z/2026-11-28T23:00:00Z", NOW)).toEqual({
    start: Date.parse("2026-11-27T23:00:00Z"),
    end: Date.parse("2026-11-28T23:00:00Z"),
    period: 300,
    now: NOW,
  });
});

test("no graph has more points than it can show", () => {
  for (const hours of [1, 3, 24, 7 * 24, 15 * 24]) {
    const ms = hours * 3_600_000;
    expect(ms / 1000 / periodFor(ms)).toBeLessThanOrEqual(400);
  }
});

test("the period that runs is as long as what is over of it", () => {
  const week = windowOf("1w", NOW);
  expect(secondsOver(week, Date.parse("2026-11-29T09:00:00Z"))).toBe(3_600);
  expect(secondsOver(week, Date.parse("2026-11-29T10:00:00Z"))).toBe(20 * 60);
  expect(secondsOver(windowOf("1h", NOW), Date.parse("2026-11-29T10:20:00Z"))).toBe(60);
});

test("a period is told in words", () => {
  expect([60, 300, 3_600, 21_600].map(periodText)).toEqual(["1 minute", "5 minutes", "1 hour", "6 hours"]);
});
