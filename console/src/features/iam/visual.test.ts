import { expect, test } from "vitest";

import { blocksOf, lacks, newBlock, NotVisual, textOf } from "./visual";

const STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/Cloud9/stream/2026-11-29T16:10:48.123";
const BLOCK = {
  service: "dynamodb",
  effect: "Allow" as const,
  actions: ["GetShardIterator", "DescribeStream", "ListStreams", "GetRecords"],
  resources: [STREAM],
};

test("the tutorial's choice gives the tutorial's policy", () => {
  expect(JSON.parse(textOf([BLOCK]))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "VisualEditor0",
        Effect: "Allow",
        Action: ["dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:GetRecords"],
        Resource: STREAM,
      },
      { Sid: "VisualEditor1", Effect: "Allow", Action: "dynamodb:ListStreams", Resource: "*" },
    ],
  });
});

test("both editors stay in step", () => {
  const [block] = blocksOf(textOf([BLOCK]));
  expect(block?.resources).toEqual([STREAM]);
  expect(new Set(block?.actions)).toEqual(new Set(BLOCK.actions));
  expect(blocksOf(textOf([newBlock()]))).toEqual([]);
});

test("what the visual editor can't show is named, and never dropped", () => {
  const statement = { Effect: "Allow", Action: "dynamodb:GetItem", Resource: "*", Condition: {} };
  expect(() => blocksOf(JSON.stringify({ Statement: [statement] }))).toThrow("Condition");
  expect(() => blocksOf("{")).toThrow(NotVisual);
  expect(() => blocksOf(JSON.stringify({ Statement: { Effect: "Allow", Action: ["s3:Get", "sns:Publish"], Resource: "*" } }))).toThrow(
    NotVisual,
  );
});

test("patterns are kept as they are", () => {
  const text = JSON.stringify({ Statement: [{ Effect: "Deny", Action: "sqs:Send*", Resource: ["a", "b"] }] });
  expect(blocksOf(text)).toEqual([{ service: "sqs", effect: "Deny", actions: ["Send*"], resources: ["a", "b"] }]);
});

test("actions without a resource are never allowed on all of them", () => {
  const text = textOf([{ ...BLOCK, resources: [] }]);
  expect((JSON.parse(text) as { Statement: { Resource: unknown }[] }).Statement[0]?.Resource).toEqual([]);
  expect(lacks(text)).toBe("Specify stream resource ARN for the GetShardIterator and 2 more actions.");
  expect(lacks(textOf([{ ...BLOCK, actions: ["ListStreams"], resources: [] }]))).toBeNull();
  expect(lacks(textOf([BLOCK]))).toBeNull();
  expect(lacks(textOf([{ ...BLOCK, resources: ["*"] }]))).toBeNull();
});
