import Button from "@cloudscape-design/components/button";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { ResourceTable } from "../../pieces/ResourceTable";
import { policies } from "./all-policies";
import { MANAGED_COLUMNS } from "./user-columns";

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
