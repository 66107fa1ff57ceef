import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";

import { isRead, template } from "./statement";

const TABLE = {
  TableName: "Cloud9",
  KeySchema: [
    { AttributeName: "PK", KeyType: "HASH" },
    { AttributeName: "SK", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "PK", AttributeType: "S" },
    { AttributeName: "SK", AttributeType: "N" },
  ],
} as TableDescription;

test("only SELECT reads", () => {
  expect(["SELECT * FROM T", "\n select a from t"].every(isRead)).toBe(true);
  expect(["DELETE FROM T", "UPDATE T SET a = 'select'", "selection", ""].some(isRead)).toBe(false);
});

test("statements to begin with have the table's keys, in their types", () => {
  expect(template("query", TABLE)).toBe(`SELECT * FROM "Cloud9" WHERE "PK" = 'value'`);
  expect(template("insert", TABLE)).toBe(`INSERT INTO "Cloud9" VALUE {'PK': 'value', 'SK': 1}`);
  expect(template("delete", TABLE)).toBe(`DELETE FROM "Cloud9" WHERE "PK" = 'value' AND "SK" = 1`);
});
