/** All policies of a role, managed and inline, with their texts. */

import { getRolePolicy, listAttachedRolePolicies, listRolePolicies } from "../../aws/iam";
import type { Operation } from "../../aws/operation";
import { type HeldPolicy, inlinePolicies, managedPolicies } from "./held-policies";

export const rolePolicies: Operation<{ RoleName: string }, HeldPolicy[]> = {
  service: "iam",
  name: "RolePolicies",
  send: async ({ RoleName }, signal) => {
    const [attached, inline] = await Promise.all([
      listAttachedRolePolicies.send({ RoleName }, signal),
      listRolePolicies.send({ RoleName }, signal),
    ]);
    const [managed, own] = await Promise.all([
      managedPolicies(attached, signal),
      inlinePolicies(inline, (PolicyName) => getRolePolicy.send({ RoleName, PolicyName }, signal)),
    ]);
    return [...managed, ...own];
  },
};
