import type { Policy } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { listPolicies } from "../../aws/iam";
import type { Operation } from "../../aws/operation";
import { ResourceTable } from "../../pieces/ResourceTable";
import { isAws, MANAGED_COLUMNS } from "./user-columns";

/** Those of the account before AWS's own, which are many. */
const policies: Operation<object, Policy[]> = {
  ...listPolicies,
  send: async (input, signal) => {
    const found = await listPolicies.send(input, signal);
    const name = (policy: Policy) => `${isAws(policy.Arn ?? "") ? 1 : 0}${policy.PolicyName}`;
    return found.sort((one, other) => name(one).localeCompare(name(other)));
  },
};

/** All managed policies: those of the account, and AWS's. */
export default function PoliciesPage() {
  const answer = useAws(policies, {});
  return (
    <ResourceTable
      query={answer}
      columns={MANAGED_COLUMNS}
      title="Policies"
      what="policies"
      trackBy="Arn"
      description="What may be attached to users, groups and roles."
      actions={
        <Button variant="primary" href={to.createPolicy()}>
          Create policy
        </Button>
      }
    />
  );
}
