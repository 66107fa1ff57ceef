// @vitest-environment node
import { expect, test } from "vitest";

import { configOf, settingsOf, USUAL } from "./events";

test("what is set comes back from the form, and the rest is what is usual", () => {
  const config = { MaximumRetryAttempts: 0, DestinationConfig: { OnSuccess: {}, OnFailure: { Destination: "arn:aws:sqs:us-east-1:1:q" } } };
  expect(settingsOf(config)).toEqual({ age: "21600", retries: "0", onSuccess: "", onFailure: "arn:aws:sqs:us-east-1:1:q" });
  expect(configOf(settingsOf(config)).DestinationConfig).toEqual({ OnFailure: config.DestinationConfig.OnFailure });
  expect(settingsOf(undefined)).toEqual(USUAL);
});
