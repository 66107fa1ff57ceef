import type { Policy } from "@aws-sdk/client-iam";

import { listPolicies } from "../../aws/iam";
import type { Operation } from "../../aws/operation";
import { isAws } from "./user-columns";

/** All managed policies: those of the account before AWS's own, which are many. */
export const policies: Operation<object, Policy[]> = {
  ...listPolicies,
  send: async (input, signal) => {
    const found = await listPolicies.send(input, signal);
    const name = (policy: Policy) => `${isAws(policy.Arn ?? "") ? 1 : 0}${policy.PolicyName}`;
    return found.sort((one, other) => name(one).localeCompare(name(other)));
  },
};
