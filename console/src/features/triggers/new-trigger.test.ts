import { expect, test } from "vitest";

import { createTriggerInput, isNumber, NEW_TRIGGER } from "./new-trigger";

test("what is left empty is left to AWS's defaults", () => {
  expect(createTriggerInput({ ...NEW_TRIGGER, function: "f" }, "arn:s")).toEqual({
    EventSourceArn: "arn:s",
    FunctionName: "f",
    StartingPosition: "LATEST",
    Enabled: true,
    BatchSize: 1,
  });
});

test("every option that is given is sent", () => {
  const form = {
    ...NEW_TRIGGER,
    function: "f",
    enabled: false,
    batchWindow: "5",
    retryAttempts: "0",
    maximumAge: "-1",
    bisect: true,
    reportFailures: true,
    destination: "arn:q",
    filters: ['{"eventName":["INSERT"]}', " "],
  };
  expect(createTriggerInput(form, "arn:s")).toMatchObject({
    Enabled: false,
    MaximumBatchingWindowInSeconds: 5,
    MaximumRetryAttempts: 0,
    MaximumRecordAgeInSeconds: -1,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ["ReportBatchItemFailures"],
    DestinationConfig: { OnFailure: { Destination: "arn:q" } },
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
  });
});

test("a number is told from a word", () => {
  expect([isNumber("12"), isNumber("-1"), isNumber(""), isNumber("1e3"), isNumber("x")]).toEqual([true, true, true, false, false]);
});
