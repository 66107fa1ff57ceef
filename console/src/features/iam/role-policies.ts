/** All policies of a role, managed and inline, with their texts. */

import { lastPart } from "../../aws/arn";
import { getPolicy, getPolicyVersion, getRolePolicy, listAttachedRolePolicies, listRolePolicies } from "../../aws/iam";
import type { Operation } from "../../aws/operation";

export interface RolePolicy {
  name: string;
  kind: "AWS managed" | "Customer managed" | "Customer inline";
  /** Of a managed policy. */
  arn?: string;
  document: string;
}

/** IAM writes policies into its answers percent-encoded. */
function decoded(text: string | undefined): string {
  return decodeURIComponent(text ?? "");
}

export const rolePolicies: Operation<{ RoleName: string }, RolePolicy[]> = {
  service: "iam",
  name: "RolePolicies",
  send: async ({ RoleName }, signal) => {
    const [attached, inline] = await Promise.all([
      listAttachedRolePolicies.send({ RoleName }, signal),
      listRolePolicies.send({ RoleName }, signal),
    ]);
    const managed = attached.map(async ({ PolicyArn = "", PolicyName }): Promise<RolePolicy> => {
      const { Policy } = await getPolicy.send({ PolicyArn }, signal);
      const { PolicyVersion } = await getPolicyVersion.send({ PolicyArn, VersionId: Policy?.DefaultVersionId }, signal);
      const kind = PolicyArn.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed";
      return { name: PolicyName ?? lastPart(PolicyArn), kind, arn: PolicyArn, document: decoded(PolicyVersion?.Document) };
    });
    const own = inline.map(async (PolicyName): Promise<RolePolicy> => {
      const answer = await getRolePolicy.send({ RoleName, PolicyName }, signal);
      return { name: PolicyName, kind: "Customer inline", document: decoded(answer.PolicyDocument) };
    });
    return Promise.all([...managed, ...own]);
  },
};
