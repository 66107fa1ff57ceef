import { expect, test } from "vitest";

import { equal, type Item, itemFromSdk, itemToSdk, shortText } from "./attribute";
import { NotAnItem, parseDynamoDbJson, printDynamoDbJson } from "./dynamodb-json";
import { parsePlainJson, printPlainJson } from "./plain-json";
import { updateInput } from "./save";

// All ten types, with what others lose: digits beyond a double, sets, binary, exponents, empty containers, odd names.
const ITEM: Item = {
  PK: { S: "FRUIT" },
  big: { N: "12345678901234567890123456789012345678" },
  small: { N: "1E-130" },
  tenth: { N: "0.10000000000000000555" },
  bytes: { B: "AAH/" },
  yes: { BOOL: true },
  nothing: { NULL: true },
  words: { SS: ["b", "a", '"quoted"'] },
  numbers: { NS: ["9007199254740993", "-1.5"] },
  blobs: { BS: ["AQ==", "Ag=="] },
  list: { L: [{ N: "9007199254740993" }, { S: "12" }, { L: [] }, { NS: ["1"] }] },
  map: { M: { "a.b": { N: "1" }, "": { S: "\n" }, inner: { M: {} } } },
};

test("both JSONs give back the item that they were printed from", () => {
  expect(parseDynamoDbJson(printDynamoDbJson(ITEM))).toEqual(ITEM);
  expect(parsePlainJson(printPlainJson(ITEM), ITEM)).toEqual(ITEM);
});

test("the SDK's values give back the item", () => {
  expect(itemFromSdk(itemToSdk(ITEM))).toEqual(ITEM);
  expect(itemToSdk(ITEM).bytes?.B).toEqual(new Uint8Array([0, 1, 255]));
});

test("plain JSON of a new item has the natural types", () => {
  expect(parsePlainJson('{"a": [1, "x", 1e400], "b": {"c": null}, "d": "12"}', {})).toEqual({
    a: { L: [{ N: "1" }, { S: "x" }, { N: "1e400" }] },
    b: { M: { c: { NULL: true } } },
    d: { S: "12" },
  });
});

test("what no longer fits a set becomes a list", () => {
  expect(parsePlainJson('{"words": ["a", "a"]}', ITEM)).toEqual({ words: { L: [{ S: "a" }, { S: "a" }] } });
  expect(parsePlainJson('{"numbers": ["a"]}', ITEM)).toEqual({ numbers: { L: [{ S: "a" }] } });
});

test("what is no item is refused, and says where", () => {
  for (const text of ["[]", "1", "{", '{"a": 01}', '{"a": 1.}', '{"a": +1}']) expect(() => parsePlainJson(text, {})).toThrow(NotAnItem);
  expect(() => parseDynamoDbJson('{"a": {"N": 1}}')).toThrow("a must be a text");
  expect(() => parseDynamoDbJson('{"a": {"X": "1"}}')).toThrow("type X");
  expect(() => parseDynamoDbJson('{"l": {"L": [{"S": "a", "N": "1"}]}}')).toThrow("l[0]");
});

test("sets are equal in any order, lists are not", () => {
  expect(equal({ SS: ["a", "b"] }, { SS: ["b", "a"] })).toBe(true);
  expect(equal({ L: [{ S: "a" }, { S: "b" }] }, { L: [{ S: "b" }, { S: "a" }] })).toBe(false);
  expect(equal({ M: { a: { N: "1" }, b: { N: "2" } } }, { M: { b: { N: "2" }, a: { N: "1" } } })).toBe(true);
  expect(shortText(ITEM.map)).toContain('"a.b": 1');
});

test("an update names only what changed, and its condition is the old value", () => {
  const before: Item = { PK: { S: "A" }, Stocks: { N: "39" }, Gone: { S: "x" }, Same: { SS: ["a", "b"] } };
  const after: Item = { PK: { S: "A" }, Stocks: { N: "33" }, Same: { SS: ["b", "a"] }, New: { BOOL: true } };
  expect(updateInput("T", ["PK"], before, after)).toEqual({
    TableName: "T",
    Key: { PK: { S: "A" } },
    UpdateExpression: "SET #n0 = :v0, #n2 = :v2 REMOVE #n1",
    ConditionExpression: "#n0 = :o0 AND #n1 = :o1 AND attribute_not_exists(#n2)",
    ExpressionAttributeNames: { "#n0": "Stocks", "#n1": "Gone", "#n2": "New" },
    ExpressionAttributeValues: { ":v0": { N: "33" }, ":v2": { BOOL: true }, ":o0": { N: "39" }, ":o1": { S: "x" } },
  });
  expect(updateInput("T", ["PK"], before, before)).toBeNull();
});
