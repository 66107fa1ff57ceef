/** What the simulator found, a row for each action and resource, and why in words. */

import type { EvaluationResult, PermissionsBoundaryDecisionDetail, Statement } from "@aws-sdk/client-iam";

import { statementEndingAt, statementsOf } from "../iam/statement-place";
import type { NamedPolicy } from "./policies";

export interface Match {
  policy: NamedPolicy;
  /** The number of the statement, from 0. */
  index: number;
  statement: unknown;
}

export type Decision = "allowed" | "explicitDeny" | "implicitDeny";

export interface Outcome {
  id: string;
  action: string;
  resource: string;
  decision: Decision;
  matches: Match[];
  /** Whether the boundary allows it; undefined where there is none. */
  bounded: boolean | undefined;
  /** Context keys that the policies ask for, and that had no value. */
  missing: string[];
}

/** A row for each action and resource. */
export function outcomesOf(results: EvaluationResult[], policies: NamedPolicy[]): Outcome[] {
  return results.flatMap((result) => {
    const action = result.EvalActionName ?? "";
    const each = result.ResourceSpecificResults ?? [];
    if (each.length === 0) return [outcomeOf(action, result.EvalResourceName, result.EvalDecision, result, policies)];
    return each.map((one) => outcomeOf(action, one.EvalResourceName, one.EvalResourceDecision, one, policies));
  });
}

interface Details {
  MatchedStatements?: Statement[] | undefined;
  MissingContextValues?: string[] | undefined;
  PermissionsBoundaryDecisionDetail?: PermissionsBoundaryDecisionDetail | undefined;
}

function outcomeOf(action: string, resource = "*", decision: string | undefined, details: Details, policies: NamedPolicy[]): Outcome {
  return {
    id: `${action} ${resource}`,
    action,
    resource,
    decision: decision as Decision,
    matches: (details.MatchedStatements ?? []).flatMap((statement) => matchOf(statement, policies)),
    bounded: details.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
    missing: details.MissingContextValues ?? [],
  };
}

function matchOf(found: Statement, policies: NamedPolicy[]): Match[] {
  const policy = policies.find((each) => each.id === found.SourcePolicyId);
  if (!policy) return [];
  const index = statementEndingAt(policy.text, found.EndPosition);
  return [{ policy, index, statement: statementsOf(policy.text)[index] }];
}

/** Why it came so, in a sentence or two. */
export function reasonOf({ decision, matches, bounded, missing }: Outcome): string {
  const names = [...new Set(matches.map((match) => match.policy.name))];
  const [who, several] = [names.join(", "), names.length > 1];
  const depends = missing.length && decision !== "explicitDeny" ? ` It may depend on ${missing.join(", ")}: no value was given.` : "";
  if (decision === "allowed") return `${who} ${several ? "allow" : "allows"} it${bounded ? ", and so does the permissions boundary" : ""}.${depends}`;
  if (decision === "explicitDeny") return matches.length ? `${who} ${several ? "deny" : "denies"} it, and a Deny outweighs every Allow.` : "The permissions boundary denies it.";
  if (bounded === false) return `The permissions boundary doesn't allow it, whatever the policies say.${depends}`;
  return `No statement allows it, and what nothing allows is denied.${depends}`;
}
