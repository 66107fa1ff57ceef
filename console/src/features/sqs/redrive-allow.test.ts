import { expect, test } from "vitest";

import { redriveAllowOf, redriveAllowPolicy } from "./redrive-allow";

test("the attribute is read and written", () => {
  expect(redriveAllowOf(undefined)).toEqual({ permission: "allowAll", sources: [] });
  const some = { permission: "byQueue" as const, sources: ["arn:aws:sqs:us-east-1:000000000000:a"] };
  expect(redriveAllowOf(redriveAllowPolicy(some))).toEqual(some);
  // Sources are refused beside any other permission.
  expect(redriveAllowPolicy({ ...some, permission: "denyAll" })).toBe('{"redrivePermission":"denyAll"}');
});
