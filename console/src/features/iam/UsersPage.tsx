import Button from "@cloudscape-design/components/button";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { listUsers } from "../../aws/iam-users";
import { ResourceTable } from "../../pieces/ResourceTable";
import { USER_COLUMNS } from "./user-columns";

/** All users of the account. */
export default function UsersPage() {
  const users = useAws(listUsers, {});
  return (
    <ResourceTable
      query={users}
      columns={USER_COLUMNS}
      title="Users"
      what="users"
      trackBy="UserName"
      description="People and programs with keys of their own."
      sorting={{ column: { sortingField: "UserName" } }}
      actions={
        <Button variant="primary" href={to.createUser()}>
          Create user
        </Button>
      }
    />
  );
}
