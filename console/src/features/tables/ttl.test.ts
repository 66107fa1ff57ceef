import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";

import { earliest, expiringInput, secondOf } from "./ttl";

const TABLE = { TableName: "T", KeySchema: [{ AttributeName: "PK", KeyType: "HASH" }] } as TableDescription;
const FIVE_YEARS = 5 * 365 * 86_400;

test("by then gone is what expires until then, and no older than five years", () => {
  const input = expiringInput({ table: TABLE, attribute: "Expires", by: 2_000_000_000, now: 1_900_000_000 });
  expect(input.ExpressionAttributeNames).toEqual({ "#n0": "Expires", "#n1": "PK" });
  expect(input.ProjectionExpression).toBe("#n0, #n1");
  expect(input.ExpressionAttributeValues).toEqual({ ":oldest": { N: String(1_900_000_000 - FIVE_YEARS) }, ":by": { N: "2000000000" } });
});

test("an attribute that is a key, too, is named once", () => {
  expect(expiringInput({ table: TABLE, attribute: "PK", by: 2, now: 1 }).ExpressionAttributeNames).toEqual({ "#n0": "PK" });
});

test("the sample has the ones that expire first, by their numbers", () => {
  const item = (N: string) => ({ E: { N } });
  expect(earliest([item("9")], [item("10"), item("8.5")], "E").map((each) => secondOf(each, "E"))).toEqual([9, 9, 10]);
});
