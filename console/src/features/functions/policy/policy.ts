/** The policy that stands on a function, a version or an alias, and the statements that a form adds to it. */

import type { AddPermissionCommandInput, FunctionUrlAuthType } from "@aws-sdk/client-lambda";

import { isDenied } from "../../../aws/errors";
import { getPolicy } from "../../../aws/lambda-settings";
import type { Operation } from "../../../aws/operation";
import { hasResourcePolicy } from "../../../aws/tailrace";

export interface Statement {
  sid: string;
  effect: string;
  /** "*", a service, or ARNs. */
  principal: string;
  action: string;
  /** "ArnLike AWS:SourceArn arn:…", one each. */
  conditions: string[];
}

interface PolicyQuestion {
  FunctionName: string | undefined;
  Qualifier?: string;
  arn: string;
}

/** The policy's JSON; "" where none stands. That is asked first, for GetPolicy takes none for an error, which browsers log. */
export const policyOf: Operation<PolicyQuestion, string> = {
  service: "lambda",
  name: "PolicyOf",
  send: async ({ arn, ...input }, signal) => ((await stands(arn, signal)) ? ((await getPolicy.send(input, signal)).Policy ?? "") : ""),
};

/** Whether a policy stands on the ARN; who may not ask it is told by GetPolicy itself. */
async function stands(arn: string, signal?: AbortSignal): Promise<boolean> {
  try {
    return (await hasResourcePolicy.send({ ResourceArn: arn }, signal)).HasPolicy;
  } catch (error) {
    if (isDenied(error)) return true;
    throw error;
  }
}

type Value = string | string[];

interface Written {
  Sid?: string;
  Effect?: string;
  Principal?: string | Record<string, Value>;
  Action?: Value;
  Condition?: Record<string, Record<string, Value>>;
}

/** The statements of a policy's JSON; none of "". */
export function statementsIn(policy: string): Statement[] {
  if (!policy) return [];
  const { Statement: written = [] } = JSON.parse(policy) as { Statement?: Written[] };
  return written.map(({ Sid, Effect, Principal, Action, Condition }) => ({
    sid: Sid ?? "",
    effect: Effect ?? "",
    principal: typeof Principal === "string" ? Principal : Object.values(Principal ?? {}).map(joined).join(", "),
    action: joined(Action ?? ""),
    conditions: Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => `${operator} ${key} ${joined(value)}`),
    ),
  }));
}

function joined(value: Value): string {
  return Array.isArray(value) ? value.join(", ") : value;
}

export interface NewStatement {
  kind: "service" | "account" | "url";
  sid: string;
  principal: string;
  action: string;
  sourceArn: string;
  sourceAccount: string;
  auth: FunctionUrlAuthType;
}

export const NEW_STATEMENT: NewStatement = {
  kind: "service",
  sid: "",
  principal: "sns.amazonaws.com",
  action: "lambda:InvokeFunction",
  sourceArn: "",
  sourceAccount: "",
  auth: "AWS_IAM",
};

/** A form of another kind: what doesn't belong to it begins anew. */
export function ofKind(form: NewStatement, kind: NewStatement["kind"]): NewStatement {
  const principal = kind === "service" ? NEW_STATEMENT.principal : kind === "url" && form.auth === "NONE" ? "*" : "";
  return { ...NEW_STATEMENT, kind, sid: form.sid, principal, action: kind === "url" ? "lambda:InvokeFunctionUrl" : NEW_STATEMENT.action };
}

/** AddPermission's input, without the function. */
export function permissionOf(form: NewStatement): Omit<AddPermissionCommandInput, "FunctionName"> {
  return {
    StatementId: form.sid,
    Action: form.action,
    Principal: form.principal,
    ...(form.kind === "service" && form.sourceArn ? { SourceArn: form.sourceArn } : {}),
    ...(form.kind === "service" && form.sourceAccount ? { SourceAccount: form.sourceAccount } : {}),
    ...(form.kind === "url" ? { FunctionUrlAuthType: form.auth } : {}),
  };
}
