/** Whose policies would have to allow what was denied: the one role or user that the smallest policy can be written into. */

import { parseArn } from "../../aws/arn";
import type { Explanation } from "../../aws/tailrace";

export interface Holder {
  kind: "role" | "user";
  name: string;
}

/** The role or user of a principal's ARN; a session stands for its role. Null for the root, and for services. */
export function holderOf(principal: string): Holder | null {
  const [kind, ...path] = parseArn(principal)?.resource.split("/") ?? [];
  if (kind === "assumed-role" && path[0]) return { kind: "role", name: path[0] };
  const name = path.at(-1);
  if ((kind === "role" || kind === "user") && name) return { kind, name };
  return null;
}

/**
 * Who can be given the smallest policy on one click. Null where there is none, where it would be several, and where what
 * is missing is no identity-based policy: a boundary, a trust policy or a resource's own is not ours to widen.
 */
export function holderOfPolicy(explanation: Explanation): Holder | null {
  const lacking = explanation.Permissions.filter((permission) => !permission.Allowed);
  if (!explanation.PolicyDocument || lacking.some((permission) => permission.Source !== "identity")) return null;
  const whose = new Set(lacking.map((permission) => permission.PrincipalArn ?? explanation.Activity.PrincipalArn ?? ""));
  const [only] = whose;
  return whose.size === 1 && only ? holderOf(only) : null;
}
