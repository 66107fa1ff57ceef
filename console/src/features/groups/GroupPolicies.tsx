import { to } from "../../app/paths";
import { attachGroupPolicy, deleteGroupPolicy, detachGroupPolicy } from "../../aws/iam-groups";
import { HeldPolicies, type Holder } from "../iam/HeldPolicies";
import { groupPolicies } from "./group-policies";

/** The policies of a group. */
export function GroupPolicies({ group: GroupName }: { group: string }) {
  const holder: Holder = {
    kind: "group",
    name: GroupName,
    createInline: to.createGroupPolicy(GroupName),
    attach: (PolicyArn, step) => step(attachGroupPolicy, { GroupName, PolicyArn }),
    detach: (PolicyArn, step) => step(detachGroupPolicy, { GroupName, PolicyArn }),
    drop: (PolicyName, step) => step(deleteGroupPolicy, { GroupName, PolicyName }),
  };
  return <HeldPolicies holder={holder} list={groupPolicies} input={{ GroupName }} />;
}
