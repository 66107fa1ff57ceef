// @vitest-environment node
import { expect, test } from "vitest";

import type { MadeCall } from "./calls";
import { showCall } from "./show-call";

const UPDATE: MadeCall = {
  service: "dynamodb",
  operation: "UpdateItem",
  at: 0,
  input: {
    TableName: "Cloud9",
    Key: { PK: { S: "it's" } },
    ExpressionAttributeNames: { "#n0": "Stocks" },
    ExpressionAttributeValues: { ":v0": { B: new Uint8Array([1, 2]) } },
  },
};

test("the command line quotes what its shell would read", () => {
  expect(showCall(UPDATE, "cli")).toBe(
    [
      "aws dynamodb update-item \\",
      "  --table-name Cloud9 \\",
      `  --key '{"PK":{"S":"it'\\''s"}}' \\`,
      `  --expression-attribute-names '{"#n0":"Stocks"}' \\`,
      `  --expression-attribute-values '{":v0":{"B":"AQI="}}'`,
    ].join("\n"),
  );
});

test("Python and JavaScript have their own literals", () => {
  const python = showCall(UPDATE, "boto3");
  expect(python).toContain('boto3.client("dynamodb").update_item(');
  expect(python).toContain('"B": base64.b64decode("AQI=")');
  const javascript = showCall(UPDATE, "javascript");
  expect(javascript).toContain('import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";');
  expect(javascript).toContain('"#n0": "Stocks"');
  expect(javascript).toContain('Buffer.from("AQI=", "base64")');
});

test("switches, archives and names with capitals are those of the tools", () => {
  const archive = new Uint8Array(300);
  const create: MadeCall = { service: "lambda", operation: "CreateFunction", at: 0, input: { FunctionName: "f", Code: { ZipFile: archive } } };
  expect(showCall(create, "cli")).toContain("--zip-file fileb://function.zip");
  expect(showCall(create, "boto3")).toContain('open("function.zip", "rb").read()');
  const mapping: MadeCall = { service: "lambda", operation: "UpdateEventSourceMapping", at: 0, input: { UUID: "u", Enabled: false } };
  expect(showCall(mapping, "cli")).toBe("aws lambda update-event-source-mapping \\\n  --uuid u \\\n  --no-enabled");
  expect(showCall(mapping, "boto3")).toContain("Enabled=False");
});

test("an event is given to the command line as its text", () => {
  const input = { FunctionName: "f", Payload: new TextEncoder().encode('{"a": 1}') };
  expect(showCall({ service: "lambda", operation: "Invoke", at: 0, input }, "cli")).toBe(
    "aws lambda invoke \\\n  --function-name f \\\n  --payload '{\"a\": 1}' \\\n  --cli-binary-format raw-in-base64-out \\\n  response.json",
  );
});

test("a point of time is written as each of them takes it", () => {
  const input = { SourceTableName: "T", RestoreDateTime: new Date(0) };
  const restore: MadeCall = { service: "dynamodb", operation: "RestoreTableToPointInTime", at: 0, input };
  expect(showCall(restore, "cli")).toContain("--restore-date-time 1970-01-01T00:00:00.000Z");
  expect(showCall(restore, "boto3")).toContain('RestoreDateTime="1970-01-01T00:00:00.000Z"');
  expect(showCall(restore, "javascript")).toContain('RestoreDateTime: new Date("1970-01-01T00:00:00.000Z")');
});
