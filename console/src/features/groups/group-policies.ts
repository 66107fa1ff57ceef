/** All policies of a group, managed and inline, with their texts. */

import { getGroupPolicy, listAttachedGroupPolicies, listGroupPolicies } from "../../aws/iam-groups";
import type { Operation } from "../../aws/operation";
import { type HeldPolicy, inlinePolicies, managedPolicies } from "../iam/held-policies";

export const groupPolicies: Operation<{ GroupName: string }, HeldPolicy[]> = {
  service: "iam",
  name: "GroupPolicies",
  send: async ({ GroupName }, signal) => {
    const [attached, inline] = await Promise.all([
      listAttachedGroupPolicies.send({ GroupName }, signal),
      listGroupPolicies.send({ GroupName }, signal),
    ]);
    const [managed, own] = await Promise.all([
      managedPolicies(attached, signal),
      inlinePolicies(inline, (PolicyName) => getGroupPolicy.send({ GroupName, PolicyName }, signal)),
    ]);
    return [...managed, ...own];
  },
};
