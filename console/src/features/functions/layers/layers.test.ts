// @vitest-environment node
import { expect, test } from "vitest";

import { layerOf, moved } from "./layers";

test("the ARN of a layer's version names both", () => {
  expect(layerOf("arn:aws:lambda:us-east-1:000000000000:layer:tools:12")).toEqual({ name: "tools", version: "12" });
});

test("a layer changes places with its neighbour, and none leaves the list", () => {
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});
