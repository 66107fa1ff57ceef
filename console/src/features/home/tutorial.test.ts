import { expect, test } from "vitest";

import { type Progress, stepsOf } from "./tutorial";

const NOTHING: Progress = { table: false, item: false, view: undefined, function: false, allowed: false, trigger: false, log: false };

test("nothing is done at first, and every step leads somewhere", () => {
  const steps = stepsOf(NOTHING);
  expect(steps.some((step) => step.done)).toBe(false);
  expect(steps.every((step) => step.href.startsWith("/console/"))).toBe(true);
});

test("another view type is not the tutorial's", () => {
  expect(stepsOf({ ...NOTHING, view: "KEYS_ONLY" })[2]?.done).toBe(false);
  expect(stepsOf({ ...NOTHING, view: "NEW_AND_OLD_IMAGES" })[2]?.done).toBe(true);
});

test("all of it is done at the end", () => {
  const all = { table: true, item: true, view: "NEW_AND_OLD_IMAGES", function: true, allowed: true, trigger: true, log: true };
  expect(stepsOf(all).every((step) => step.done)).toBe(true);
});
