import { to } from "../../app/paths";
import { attachRolePolicy, deleteRolePolicy, detachRolePolicy } from "../../aws/iam";
import { HeldPolicies, type Holder } from "./HeldPolicies";
import { rolePolicies } from "./role-policies";

/** The policies of a role. */
export function RolePolicies({ role: RoleName }: { role: string }) {
  const holder: Holder = {
    kind: "role",
    name: RoleName,
    createInline: to.createInlinePolicy(RoleName),
    attach: (PolicyArn, step) => step(attachRolePolicy, { RoleName, PolicyArn }),
    detach: (PolicyArn, step) => step(detachRolePolicy, { RoleName, PolicyArn }),
    drop: (PolicyName, step) => step(deleteRolePolicy, { RoleName, PolicyName }),
  };
  return <HeldPolicies holder={holder} list={rolePolicies} input={{ RoleName }} />;
}
