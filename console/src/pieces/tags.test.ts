import { expect, test } from "vitest";

import { fromPairs, fromRecord, toPairs, toRecord } from "./tags";

test("both forms of tags lead there and back", () => {
  const tags = [{ key: "team", value: "fruit" }];
  expect(fromPairs(toPairs(tags))).toEqual(tags);
  expect(fromRecord(toRecord(tags))).toEqual(tags);
  expect([...fromPairs(undefined), ...fromRecord(undefined)]).toEqual([]);
});
