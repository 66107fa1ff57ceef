import { expect, test } from "vitest";

import { outcomesOf, reasonOf } from "./outcome";
import type { NamedPolicy } from "./policies";

const statements = [
  { Effect: "Allow", Action: "a:A", Resource: "*" },
  { Effect: "Deny", Action: "a:B", Resource: "*" },
];
const policy: NamedPolicy = { id: "user_ada_own", name: "own", text: JSON.stringify({ Statement: statements }), href: () => "" };
const end = (index: number) => ({ Line: 1, Column: policy.text.lastIndexOf("}", index ? policy.text.lastIndexOf("]") : policy.text.indexOf("Deny")) + 2 });
const matched = (index: number) => [{ SourcePolicyId: "user_ada_own", EndPosition: end(index) }];

test("each row has the statement that decided, and says why", () => {
  const [allowed, denied, nothing] = outcomesOf(
    [
      { EvalActionName: "a:A", EvalDecision: "allowed", EvalResourceName: "*", MatchedStatements: matched(0) },
      { EvalActionName: "a:B", EvalDecision: "explicitDeny", EvalResourceName: "*", MatchedStatements: matched(1) },
      { EvalActionName: "a:C", EvalDecision: "implicitDeny", EvalResourceName: "*", MissingContextValues: ["aws:SourceIp"] },
    ],
    [policy],
  );
  expect(allowed?.matches[0]?.statement).toEqual(statements[0]);
  expect(denied?.matches[0]?.statement).toEqual(statements[1]);
  expect(allowed && reasonOf(allowed)).toBe("own allows it.");
  expect(denied && reasonOf(denied)).toBe("own denies it, and a Deny outweighs every Allow.");
  expect(nothing && reasonOf(nothing)).toMatch(/nothing allows is denied.*aws:SourceIp/);
});

test("resources are rows of their own, and the boundary is told of", () => {
  const details = { MatchedStatements: [], PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } };
  const each = { EvalResourceName: "arn:x", EvalResourceDecision: "implicitDeny" as const, ...details };
  const result = { EvalActionName: "a:A", EvalDecision: "implicitDeny" as const, ResourceSpecificResults: [each, { ...each, EvalResourceName: "arn:y" }] };
  const rows = outcomesOf([result], [policy]);
  expect(rows.map((row) => row.resource)).toEqual(["arn:x", "arn:y"]);
  expect(rows[0] && reasonOf(rows[0])).toMatch(/boundary doesn't allow it/);
});
