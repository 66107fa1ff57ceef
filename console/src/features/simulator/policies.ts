/** The policies that take part in a simulation, each by the simulator's name for it, with the address where it is edited. */

import { to } from "../../app/paths";
import { lastPart, parseArn } from "../../aws/arn";
import { listGroupsForUser } from "../../aws/iam-users";
import type { Operation } from "../../aws/operation";
import { groupPolicies } from "../groups/group-policies";
import type { HeldPolicy } from "../iam/held-policies";
import { rolePolicies } from "../iam/role-policies";
import { isAws } from "../iam/user-columns";
import { userPolicies } from "../iam/user-queries";

export interface NamedPolicy {
  /** The simulator's: the name of a managed policy, `role_R_P` for the inline policy P of the role R. */
  id: string;
  name: string;
  /** As it is stored, for the simulator's positions are of it. */
  text: string;
  /** Where a statement of it is edited, or read where the policy is AWS's. */
  href: (statement: number) => string;
}

type Kind = "user" | "group" | "role";

/** The kind and the name of whom an ARN means; null for what is nobody. */
export function holderOfArn(arn: string): { kind: Kind; name: string } | null {
  const resource = parseArn(arn)?.resource ?? "";
  const kind = (["user", "group", "role"] as const).find((each) => resource.startsWith(`${each}/`));
  return kind ? { kind, name: lastPart(resource) } : null;
}

function named(kind: Kind, holder: string, policies: HeldPolicy[]): NamedPolicy[] {
  return policies.map(({ name, arn, document }) => ({
    id: arn ? lastPart(arn) : `${kind}_${holder}_${name}`,
    name,
    text: document,
    href: (statement) => {
      if (!arn) return to.editInlinePolicy(kind, holder, name, statement);
      return isAws(arn) ? to.policy(arn) : to.editPolicy(arn, statement);
    },
  }));
}

async function ofGroup(GroupName: string, signal?: AbortSignal): Promise<NamedPolicy[]> {
  return named("group", GroupName, await groupPolicies.send({ GroupName }, signal));
}

/** The policies of a user, group or role, and those of a user's groups. */
export const simulatedPolicies: Operation<{ arn: string }, NamedPolicy[]> = {
  service: "iam",
  name: "SimulatedPolicies",
  send: async ({ arn }, signal) => {
    const holder = holderOfArn(arn);
    if (holder?.kind === "role") return named("role", holder.name, await rolePolicies.send({ RoleName: holder.name }, signal));
    if (holder?.kind === "group") return ofGroup(holder.name, signal);
    if (!holder) return [];
    const UserName = holder.name;
    const [own, groups] = await Promise.all([userPolicies.send({ UserName }, signal), listGroupsForUser.send({ UserName }, signal)]);
    const theirs = await Promise.all(groups.map(({ GroupName = "" }) => ofGroup(GroupName, signal)));
    return [...named("user", UserName, own), ...theirs.flat()];
  },
};
