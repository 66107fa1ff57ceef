import { expect, test } from "vitest";

import { choiceOf } from "./choice";

const NONE = { records: "", stream: "", since: "", until: "", functionName: "", mapping: "", batchSize: "", retries: "" };

test("records and a function are enough, and a range of time is left out beside them", () => {
  const choice = choiceOf({ ...NONE, records: "a, b\nc", stream: "arn", since: "2026-11-29T16:00", functionName: "f" });
  expect(choice).toEqual({ EventIds: ["a", "b", "c"], FunctionName: "f" });
});

test("a range is of a stream, and numbers are numbers", () => {
  const range = { ...NONE, stream: "arn", since: "2026-11-29T16:00:00Z", until: "2026-11-29T17:00:00Z", mapping: "m", batchSize: "5", retries: "0" };
  expect(choiceOf(range)).toEqual({
    StreamArn: "arn",
    StartTime: 1_795_968_000,
    EndTime: 1_795_971_600,
    EventSourceMappingUUID: "m",
    BatchSize: 5,
    MaximumRetryAttempts: 0,
  });
});

test("a range without a beginning is all that the stream has", () => {
  expect(choiceOf({ ...NONE, stream: "arn", functionName: "f" })).toEqual({ StreamArn: "arn", StartTime: 0, FunctionName: "f" });
});

test("without records or without a function there is nothing to send", () => {
  expect(choiceOf({ ...NONE, records: "a" })).toBeNull();
  expect(choiceOf({ ...NONE, functionName: "f" })).toBeNull();
});
