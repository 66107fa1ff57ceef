import { expect, test } from "vitest";

import { lacksStreamPermission, streamPolicy } from "./stream-policy";

test("the policy names this stream alone, and lists no other right", () => {
  const [read, list] = streamPolicy("arn:stream").Statement;
  expect(read?.Resource).toBe("arn:stream");
  expect(read?.Action).toEqual(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]);
  expect(list).toMatchObject({ Action: "dynamodb:ListStreams", Resource: "*" });
});

test("only the tutorial's error is offered the cure", () => {
  const message = "Cannot access stream arn:aws:dynamodb:... Please ensure the role can perform ...";
  expect(lacksStreamPermission("InvalidParameterValueException", message)).toBe(true);
  expect(lacksStreamPermission("InvalidParameterValueException", "Batch size must be ...")).toBe(false);
  expect(lacksStreamPermission("AccessDeniedException", message)).toBe(false);
});
