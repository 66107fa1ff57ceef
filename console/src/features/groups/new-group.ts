/** Creating a user group, with its first users and policies. */

import { allOrNothing } from "../../aws/all-or-nothing";
import { addUserToGroup, attachGroupPolicy, createGroup, deleteGroup, detachGroupPolicy } from "../../aws/iam-groups";
import { removeUserFromGroup } from "../../aws/iam-users";
import type { Step } from "../iam/HeldPolicies";

export interface NewGroup {
  name: string;
  users: string[];
  /** ARNs of managed policies. */
  policies: string[];
}

/** Make the group with all its users and policies, or leave nothing of it. Returns its name. */
export async function create(group: NewGroup, step: Step): Promise<string> {
  const GroupName = group.name;
  await allOrNothing([
    { carryOut: () => step(createGroup, { GroupName }), undo: () => step(deleteGroup, { GroupName }) },
    ...group.users.map((UserName) => ({
      carryOut: () => step(addUserToGroup, { GroupName, UserName }),
      undo: () => step(removeUserFromGroup, { GroupName, UserName }),
    })),
    ...group.policies.map((PolicyArn) => ({
      carryOut: () => step(attachGroupPolicy, { GroupName, PolicyArn }),
      undo: () => step(detachGroupPolicy, { GroupName, PolicyArn }),
    })),
  ]);
  return GroupName;
}
