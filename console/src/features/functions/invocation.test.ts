// @vitest-environment node
import { expect, test } from "vitest";

import { invocationOf, reportOf } from "./invocation";

const REPORT =
  "REPORT RequestId: 8f2c\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 65 MB\tInit Duration: 101.50 ms\t";

test("the report's figures are read off its line", () => {
  expect(reportOf(`START RequestId: 8f2c\n${REPORT}\n`)).toEqual({
    RequestId: "8f2c",
    Duration: "12.34 ms",
    "Billed Duration": "13 ms",
    "Memory Size": "128 MB",
    "Max Memory Used": "65 MB",
    "Init Duration": "101.50 ms",
  });
  expect(reportOf("nothing")).toEqual({});
});

test("an answer's payload and log are texts", () => {
  const found = invocationOf({
    $metadata: { requestId: "r" },
    FunctionError: "Unhandled",
    Payload: new TextEncoder().encode('{"a":1}') as never,
    LogResult: Buffer.from("grüß\n").toString("base64"),
  });
  expect(found).toMatchObject({ failed: true, error: "Unhandled", payload: '{\n  "a": 1\n}', log: "grüß\n", version: "$LATEST" });
});
