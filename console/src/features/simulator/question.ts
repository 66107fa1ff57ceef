/** What is simulated: who asks for what, on what, and what the request would carry along. It is kept in the address. */

import type { ContextEntry, SimulatePrincipalPolicyCommandInput } from "@aws-sdk/client-iam";

export interface ContextKey {
  key: string;
  type: ContextType;
  /** Values of a list are parted by commas. */
  value: string;
}

export const CONTEXT_TYPES = ["string", "stringList", "numeric", "numericList", "boolean", "date", "dateList", "ip", "ipList"] as const;
export type ContextType = (typeof CONTEXT_TYPES)[number];

export interface Question {
  /** The ARN of a user, group or role. */
  principal: string;
  actions: string[];
  /** ARNs; none is all resources. */
  resources: string[];
  context: ContextKey[];
}

/** The question that an address asks. */
export function questionOf(parameters: URLSearchParams): Question {
  return {
    principal: parameters.get("principal") ?? "",
    actions: parameters.getAll("action"),
    resources: parameters.getAll("resource"),
    context: parameters.getAll("context").flatMap(contextKeyOf),
  };
}

function contextKeyOf(text: string): ContextKey[] {
  const [, key, type, value] = /^([^=]+);([A-Za-z]+)=(.*)$/s.exec(text) ?? [];
  const known = CONTEXT_TYPES.find((each) => each === type);
  return key && known ? [{ key, type: known, value: value ?? "" }] : [];
}

/** The parameters of the address that asks a question. */
export function parametersOf(question: Question): URLSearchParams {
  return new URLSearchParams([
    ...(question.principal ? [["principal", question.principal]] : []),
    ...question.actions.map((action) => ["action", action]),
    ...question.resources.map((resource) => ["resource", resource]),
    ...question.context.map(({ key, type, value }) => ["context", `${key};${type}=${value}`]),
  ]);
}

/** What the simulator is asked; null as long as somebody or some action is missing. */
export function requestOf(question: Question): SimulatePrincipalPolicyCommandInput | null {
  if (!question.principal || question.actions.length === 0) return null;
  return {
    PolicySourceArn: question.principal,
    ActionNames: question.actions,
    ...(question.resources.length ? { ResourceArns: question.resources } : {}),
    ContextEntries: question.context.filter((each) => each.key).map(entryOf),
  };
}

function entryOf({ key, type, value }: ContextKey): ContextEntry {
  const values = type.endsWith("List") ? value.split(",").map((each) => each.trim()) : [value];
  return { ContextKeyName: key, ContextKeyType: type, ContextKeyValues: values };
}
