import { expect, test } from "vitest";

import { guideOf, type State } from "./guide";

const NOTHING: State = {
  keys: null, item: false, view: null, function: false, refused: false, role: null, lacking: null, trigger: null, attempt: null, logged: null,
};
const ALL: State = {
  keys: ["PK", "SK"], item: true, view: "NEW_AND_OLD_IMAGES", function: true, refused: true, role: "r", lacking: [], trigger: "Enabled",
  attempt: { Time: 1, Outcome: "Success" }, logged: { group: "g", stream: "s" },
};

function troubles(state: State): string[] {
  return guideOf(state).flatMap((step) => (step.trouble ? [step.trouble] : []));
}

test("nothing is done at first, and nothing is wrong", () => {
  expect(guideOf(NOTHING).some((step) => step.done)).toBe(false);
  expect(troubles(NOTHING)).toEqual([]);
});

test("all of it is done at the end", () => {
  expect(guideOf(ALL).every((step) => step.done)).toBe(true);
  expect(troubles(ALL)).toEqual([]);
});

test("a check that fails says what is so instead", () => {
  expect(troubles({ ...ALL, keys: ["id"] })[0]).toContain("has the key id");
  expect(troubles({ ...ALL, view: "KEYS_ONLY" })[0]).toContain("KEYS_ONLY");
  expect(troubles({ ...ALL, lacking: ["dynamodb:GetRecords"] })[0]).toContain("not allowed dynamodb:GetRecords");
  expect(troubles({ ...ALL, trigger: "Disabled" })[0]).toContain("Disabled");
  expect(troubles({ ...ALL, attempt: { Time: 1, Outcome: "Failure", Error: "boom" }, logged: null })[0]).toContain("boom");
  expect(troubles({ ...ALL, logged: null })[0]).toContain("no MODIFY");
});
