import { expect, test } from "vitest";

import { NOTHING_ASKED, type Question, read, request, write } from "./question";

const TABLE = {
  TableName: "Cloud9",
  KeySchema: [
    { AttributeName: "PK", KeyType: "HASH" as const },
    { AttributeName: "SK", KeyType: "RANGE" as const },
  ],
  AttributeDefinitions: [
    { AttributeName: "PK", AttributeType: "S" as const },
    { AttributeName: "SK", AttributeType: "N" as const },
  ],
};
const ASKED: Question = {
  ...NOTHING_ASKED,
  partition: "FRUIT",
  condition: "between",
  sort: "1",
  sort2: "2",
  descending: true,
  filters: [{ name: "Price", type: "N", condition: ">", value: "3", value2: "" }],
};

test("a question survives its address", () => {
  expect(read(write(ASKED))).toEqual(ASKED);
  expect(read(new URLSearchParams())).toEqual(NOTHING_ASKED);
  expect(read(new URLSearchParams("filters=x")).filters).toEqual([]);
});

test("a query has typed keys, a filter and an order", () => {
  expect(request(TABLE, ASKED, 50)).toEqual({
    mode: "query",
    input: {
      TableName: "Cloud9",
      Limit: 50,
      KeyConditionExpression: "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2",
      FilterExpression: "#n2 > :v3",
      ExpressionAttributeNames: { "#n0": "PK", "#n1": "SK", "#n2": "Price" },
      ExpressionAttributeValues: { ":v0": { S: "FRUIT" }, ":v1": { N: "1" }, ":v2": { N: "2" }, ":v3": { N: "3" } },
      ScanIndexForward: false,
    },
  });
});

test("without a partition key the table is scanned", () => {
  expect(request(TABLE, NOTHING_ASKED, 50)).toEqual({ mode: "scan", input: { TableName: "Cloud9", Limit: 50 } });
});

test("a page begins after the key that the address holds", () => {
  const start = '{"PK":{"S":"a"},"SK":{"N":"1"}}';
  expect(request(TABLE, { ...NOTHING_ASKED, mode: "scan", start }, 5).input.ExclusiveStartKey).toEqual(JSON.parse(start));
});
