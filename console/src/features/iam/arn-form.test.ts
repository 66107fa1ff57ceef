import { expect, test } from "vitest";

import { fieldsOf, fill, read, typeOfArn } from "./arn-form";
import { serviceOf } from "./catalog";

const STREAM = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/stream/${StreamLabel}";
const ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/Cloud9/stream/2026-11-29T16:10:48.123";

test("a pasted ARN fills the fields, and the fields give it back", () => {
  const fields = read(STREAM, ARN);
  expect(fields).toEqual({
    Region: "us-east-1",
    Account: "000000000000",
    TableName: "Cloud9",
    StreamLabel: "2026-11-29T16:10:48.123",
  });
  expect(fill(STREAM, fields ?? {})).toBe(ARN);
  expect(fieldsOf(STREAM)).toEqual(["Region", "Account", "TableName", "StreamLabel"]);
});

test("what is left empty stands for any", () => {
  expect(fill(STREAM, { TableName: "T" })).toBe("arn:aws:dynamodb:*:*:table/T/stream/*");
});

test("an ARN of another form is none", () => {
  expect(read(STREAM, "arn:aws:dynamodb:us-east-1:0:table/Cloud9")).toBeNull();
  expect(read(STREAM, "Cloud9")).toBeNull();
});

test("a stream is told from a table", () => {
  const resources = serviceOf("dynamodb")?.resources ?? {};
  expect(typeOfArn(resources, ARN)).toBe("stream");
  expect(typeOfArn(resources, "arn:aws:dynamodb:us-east-1:0:table/Cloud9")).toBe("table");
});
