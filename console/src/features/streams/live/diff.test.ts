import { expect, test } from "vitest";

import { diff, summary } from "./diff";

const signs = { same: " ", removed: "-", added: "+" };
const shown = (...sides: Parameters<typeof diff>) => diff(...sides).map(({ path, kind, text }) => `${signs[kind]} ${path} ${text}`);

const APPLE = { PK: { S: "FRUIT" }, Stocks: { N: "33" }, Price: { M: { USD: { N: "0.8" }, INR: { N: "50" } } } };

test("a nested change is told by its path, and the rest stays in its place", () => {
  const after = { ...APPLE, Price: { M: { USD: { N: "0.8" }, INR: { N: "45" } } } };
  expect(shown(APPLE, after)).toEqual(['  PK "FRUIT"', "- Price.INR 50", "+ Price.INR 45", "  Price.USD 0.8", "  Stocks 33"]);
});

test("what is inserted is added, and what is removed is gone, down to the leaves", () => {
  expect(shown(undefined, APPLE)).toEqual(['+ PK "FRUIT"', "+ Price.INR 50", "+ Price.USD 0.8", "+ Stocks 33"]);
  expect(diff(APPLE, undefined).every((line) => line.kind === "removed")).toBe(true);
});

test("lists are compared place by place, sets as a whole, and a change of type is a change", () => {
  expect(shown({ L: { L: [{ N: "1" }, { N: "2" }] } }, { L: { L: [{ N: "1" }] } })).toEqual(["  L[0] 1", "- L[1] 2"]);
  expect(shown({ S: { SS: ["a", "b"] } }, { S: { SS: ["b", "a"] } })).toEqual(['  S { "b", "a" }']);
  expect(shown({ X: { N: "1" } }, { X: { S: "1" } })).toEqual(["- X 1", '+ X "1"']);
  expect(shown({ X: { M: {} } }, { X: { M: { a: { NULL: true } } } })).toEqual(["- X {  }", "+ X.a null"]);
});

test("a name with a dot is told apart from a path", () => {
  expect(shown(undefined, { "a.b": { M: { c: { N: "1" } } } })).toEqual(['+ ["a.b"].c 1']);
});

test("no digit of a number is lost", () => {
  const big = "12345678901234567890123456789012345678";
  expect(shown({ N: { N: big } }, { N: { N: `${big.slice(0, -1)}9` } })).toEqual([`- N ${big}`, `+ N ${big.slice(0, -1)}9`]);
});

test("a change in a few words", () => {
  expect(summary(APPLE, { ...APPLE, Stocks: { N: "32" } })).toBe("Stocks: 33 → 32");
  expect(summary(APPLE, { PK: { S: "FRUIT" }, Price: APPLE.Price })).toBe("Stocks: 33 → (none)");
  expect(summary(APPLE, { ...APPLE, Stocks: { N: "32" }, Price: { N: "1" } })).toBe("4 changes: Price.INR, Price.USD, Price, Stocks");
  expect(summary(undefined, APPLE)).toBe("3 attributes");
  expect(summary(undefined, undefined)).toBe("No image");
});
