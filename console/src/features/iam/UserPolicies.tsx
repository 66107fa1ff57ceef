import { to } from "../../app/paths";
import { attachUserPolicy, deleteUserPolicy, detachUserPolicy } from "../../aws/iam-users";
import { HeldPolicies, type Holder } from "./HeldPolicies";
import { userPolicies } from "./user-queries";

/** The policies of a user. */
export function UserPolicies({ user: UserName }: { user: string }) {
  const holder: Holder = {
    kind: "user",
    name: UserName,
    createInline: to.createUserPolicy(UserName),
    attach: (PolicyArn, step) => step(attachUserPolicy, { UserName, PolicyArn }),
    detach: (PolicyArn, step) => step(detachUserPolicy, { UserName, PolicyArn }),
    drop: (PolicyName, step) => step(deleteUserPolicy, { UserName, PolicyName }),
  };
  return <HeldPolicies holder={holder} list={userPolicies} input={{ UserName }} />;
}
