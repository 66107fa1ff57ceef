import { expect, test } from "vitest";

import { prettyJson } from "../../pieces/texts";
import { linesOf, statementEndingAt, statementsOf } from "./statement-place";

const one = { Sid: "one", Effect: "Allow", Action: ["a:A", "a:B"], Resource: "*" };
const two = { Sid: "two", Effect: "Deny", Action: "a:C", Resource: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } };

test("the statement that the simulator means is found in any layout", () => {
  for (const text of [JSON.stringify({ Version: "2012-10-17", Statement: [one, two] }), prettyJson(JSON.stringify({ Statement: [one, two] }))]) {
    for (const [index, each] of [one, two].entries()) {
      // The end is behind the statement's brace: the last one before the next statement begins.
      const after = index === 0 ? text.lastIndexOf("}", text.indexOf('"two"')) : text.lastIndexOf("}", text.lastIndexOf("]"));
      const before = text.slice(0, after + 1).split("\n");
      const end = { Line: before.length, Column: (before.at(-1)?.length ?? 0) + 1 };
      expect(statementsOf(text)[statementEndingAt(text, end)]).toEqual(each);
    }
  }
});

test("a lone statement is the first", () => {
  const text = JSON.stringify({ Statement: one });
  expect(statementEndingAt(text, { Line: 1, Column: text.length })).toBe(0);
});

test("a statement's lines are those of the indented text", () => {
  for (const text of [JSON.stringify({ Version: "2012-10-17", Statement: [one, two] }), JSON.stringify({ Statement: two })]) {
    const lines = prettyJson(text).split("\n");
    statementsOf(text).forEach((statement, index) => {
      const found = linesOf(text, index);
      const shown = lines.slice((found?.first ?? 0) - 1, found?.last).join("\n").trim().replace(/,$/, "").replace(/^"Statement": /, "");
      expect(JSON.parse(shown)).toEqual(statement);
    });
  }
  expect(linesOf(JSON.stringify({ Statement: [one] }), 1)).toBeNull();
  expect(linesOf("nothing", 0)).toBeNull();
});
