import { expect, test } from "vitest";

import { preview, VIEW_TYPES } from "./view-types";

const SAMPLE = { keys: { PK: { S: "FRUIT" } }, before: { Stocks: { N: "39" } }, after: { Stocks: { N: "33" } } };

test("each view type shows just its images", () => {
  const images = VIEW_TYPES.map(({ value }) => Object.keys(preview(value, SAMPLE)).filter((name) => name.endsWith("Image")));
  expect(images).toEqual([[], ["NewImage"], ["OldImage"], ["NewImage", "OldImage"]]);
});
