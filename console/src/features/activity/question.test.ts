import { describe, expect, it } from "vitest";

import { filtersOf, questionOf, withFilters } from "./question";

const NONE = filtersOf(new URLSearchParams());

describe("the question", () => {
  it("asks for nothing where no filter is set", () => {
    expect(questionOf(NONE)).toEqual({});
  });

  it("takes an operation with or without its service", () => {
    expect(questionOf({ ...NONE, operation: "PutItem" })).toEqual({ Operation: "PutItem" });
    expect(questionOf({ ...NONE, operation: "sqs:SendMessage" })).toEqual({ Service: "sqs", Operation: "SendMessage" });
    expect(questionOf({ ...NONE, operation: "sqs:*" })).toEqual({ Service: "sqs" });
  });

  it("comes back from the address that holds it", () => {
    const filters = { ...NONE, decision: "Denied", principal: "arn:aws:iam::1:user/a", request: "r-1" };
    const parameters = withFilters(new URLSearchParams("show=x&operation=old"), filters);
    expect(filtersOf(parameters)).toEqual(filters);
    expect(parameters.get("show")).toBe("x");
    expect(parameters.has("operation")).toBe(false);
  });
});
