import { expect, test } from "vitest";

import { formatArn, functionName, lastPart, parseArn } from "./arn";

const STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/Cloud9/stream/2026-11-29T16:10:48.123";

test("an ARN whose resource has colons is taken apart and put together", () => {
  const parts = parseArn(STREAM);
  expect(parts?.resource).toBe("table/Cloud9/stream/2026-11-29T16:10:48.123");
  expect(parts && formatArn(parts)).toBe(STREAM);
});

test("what is no ARN is none", () => {
  expect(parseArn("Cloud9")).toBeNull();
  expect(parseArn("arn:aws:dynamodb:us-east-1:000000000000")).toBeNull();
});

test("names are read off ARNs", () => {
  expect(functionName("arn:aws:lambda:us-east-1:000000000000:function:f:2")).toBe("f");
  expect(lastPart("arn:aws:iam::0:role/service-role/R")).toBe("R");
});
