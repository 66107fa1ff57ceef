import { expect, test } from "vitest";

import { localText, timeOf } from "./local-time";

test("a time and its text lead to each other", () => {
  const time = new Date(2026, 10, 9, 6, 5, 4);
  expect(localText(time)).toBe("2026-11-09T06:05:04");
  expect(timeOf(localText(time))).toEqual(time);
});

test("what isn't complete means no time", () => {
  for (const text of ["", "2026-11-09", "2026-11-09T", "T06:05:04", "2026-11-09T06", "2026-13-09T06:05:04"]) expect(timeOf(text)).toBeNull();
});
