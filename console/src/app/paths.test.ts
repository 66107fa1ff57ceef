import { expect, test } from "vitest";

import { to } from "./paths";

test("a name may have slashes and dots, and never looks like a file", () => {
  expect(to.logGroup("/aws/lambda/a.js")).toBe("/console/logs/groups/%2Faws%2Flambda%2Fa%2Ejs");
  expect(to.table("a.b", "streams")).toBe("/console/tables/a%2Eb?tab=streams");
});

test("a parameter that isn't given is left out", () => {
  expect(to.createFunction()).toBe("/console/functions/create");
});
