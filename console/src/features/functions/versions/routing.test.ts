// @vitest-environment node
import { expect, test } from "vitest";

import { qualified, routingOf, sharesOf, sharesText } from "./routing";

test("a qualifier is a number, a name, or none", () => {
  expect([undefined, "", "$LATEST", "12", "live", "v2"].map(qualified)).toEqual(["function", "function", "function", "version", "alias", "alias"]);
});

test("an alias tells which share of its calls each version has", () => {
  const alias = { FunctionVersion: "3", RoutingConfig: { AdditionalVersionWeights: { "4": 0.07 } } };
  expect(sharesOf(alias)).toEqual([
    { version: "3", percent: 93 },
    { version: "4", percent: 7 },
  ]);
  expect(sharesText(sharesOf(alias))).toBe("3 (93%), 4 (7%)");
  expect(sharesText(sharesOf({ FunctionVersion: "3" }))).toBe("3");
});

test("a share goes to the API as a weight, and none takes the weights away", () => {
  expect(routingOf("4", "12.5")).toEqual({ AdditionalVersionWeights: { "4": 0.125 } });
  expect(routingOf("", "12.5")).toEqual({ AdditionalVersionWeights: {} });
});
