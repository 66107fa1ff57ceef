import { expect, test } from "vitest";

import { isDenied, isMissing, problemOf, wording } from "./errors";

function answer(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { requestId: "R1", httpStatusCode } });
}

test("an error reads as AWS words it, with the request's id", () => {
  const error = answer("ResourceNotFoundException", "Requested resource not found: Table: T not found");
  expect(wording(error)).toBe("ResourceNotFoundException: Requested resource not found: Table: T not found");
  expect(problemOf(error).requestId).toBe("R1");
  expect(isMissing(error)).toBe(true);
  expect(isDenied(answer("AccessDenied", ""))).toBe(true);
});

test("a server that doesn't answer is told from a fault of ours", () => {
  expect(problemOf(new TypeError("Failed to fetch")).code).toBe("Unreachable");
});
