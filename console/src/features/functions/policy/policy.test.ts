import { expect, test } from "vitest";

import { NEW_STATEMENT, ofKind, permissionOf, statementsIn } from "./policy";

test("a policy's statements are read with their conditions", () => {
  const policy = {
    Statement: [
      { Sid: "all", Effect: "Allow", Principal: "*", Action: "lambda:InvokeFunctionUrl", Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } } },
      { Sid: "sns", Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "lambda:InvokeFunction" },
    ],
  };
  expect(statementsIn(JSON.stringify(policy))).toEqual([
    { sid: "all", effect: "Allow", principal: "*", action: "lambda:InvokeFunctionUrl", conditions: ["StringEquals lambda:FunctionUrlAuthType NONE"] },
    { sid: "sns", effect: "Allow", principal: "sns.amazonaws.com", action: "lambda:InvokeFunction", conditions: [] },
  ]);
  expect(statementsIn("")).toEqual([]);
});

test("a statement is sent with what belongs to its kind alone", () => {
  const service = { ...NEW_STATEMENT, sid: "s", sourceArn: "arn:aws:sns:us-east-1:1:t" };
  expect(permissionOf(service)).toEqual({ StatementId: "s", Action: "lambda:InvokeFunction", Principal: "sns.amazonaws.com", SourceArn: "arn:aws:sns:us-east-1:1:t" });
  const url = ofKind({ ...service, auth: "NONE" }, "url");
  expect(permissionOf({ ...url, auth: "NONE", principal: "*" })).toEqual({ StatementId: "s", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" });
});
