import { expect, test } from "vitest";

import { parametersOf, type Question, questionOf, requestOf } from "./question";

const question: Question = {
  principal: "arn:aws:iam::000000000000:role/R",
  actions: ["dynamodb:GetItem", "logs:PutLogEvents"],
  resources: ["*"],
  context: [
    { key: "aws:SourceIp", type: "ip", value: "10.0.0.1" },
    { key: "dynamodb:LeadingKeys", type: "stringList", value: "a=b, c" },
  ],
};

test("an address asks the same question again", () => {
  expect(questionOf(new URLSearchParams(parametersOf(question).toString()))).toEqual(question);
  expect(questionOf(new URLSearchParams("context=nonsense&context=a;odd=1")).context).toEqual([]);
});

test("the simulator is asked once somebody and an action are chosen", () => {
  expect(requestOf({ ...question, actions: [] })).toBeNull();
  expect(requestOf({ ...question, principal: "" })).toBeNull();
  expect(requestOf({ ...question, resources: [] })).not.toHaveProperty("ResourceArns");
  expect(requestOf(question)?.ContextEntries).toEqual([
    { ContextKeyName: "aws:SourceIp", ContextKeyType: "ip", ContextKeyValues: ["10.0.0.1"] },
    { ContextKeyName: "dynamodb:LeadingKeys", ContextKeyType: "stringList", ContextKeyValues: ["a=b", "c"] },
  ]);
});
