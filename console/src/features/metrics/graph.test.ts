import { expect, test } from "vitest";

import { figureText, filled, perSecond, rows } from "./graph";

test("the figures of several lines stand beside each other, newest first", () => {
  expect(
    rows([
      [
        { x: 1, y: 10 },
        { x: 2, y: 20 },
      ],
      [{ x: 2, y: 5 }],
    ]),
  ).toEqual([
    { time: 2, values: [20, 5] },
    { time: 1, values: [10, undefined] },
  ]);
  expect(rows([])).toEqual([]);
});

test("what didn't happen counts 0", () => {
  const window = { start: 0, end: 240_000, period: 60, now: 200_000 };
  expect(filled([{ x: 60_000, y: 3 }], window)).toEqual([
    { x: 0, y: 0 },
    { x: 60_000, y: 3 },
    { x: 120_000, y: 0 },
  ]);
  expect(filled([{ x: 180_000, y: 1 }], window)).toHaveLength(4);
});

test("figures are short, and whole where they are large", () => {
  expect([0, 0.123456, 12.3456, 123_456.7].map(figureText)).toEqual(["0", "0.1235", "12.35", "123,457"]);
  expect(perSecond(120, 60)).toBe(2);
});
