import { useAws } from "../../aws/hooks";
import { listRoles } from "../../aws/iam";
import { ResourceTable } from "../../pieces/ResourceTable";
import { ROLE_COLUMNS } from "./columns";

/** All roles of the account. */
export default function RolesPage() {
  const roles = useAws(listRoles, {});
  return (
    <ResourceTable
      query={roles}
      columns={ROLE_COLUMNS}
      title="Roles"
      description="What functions, and whoever takes a role on, may do for a while."
      what="roles"
      trackBy="RoleName"
      sorting={{ column: { sortingField: "RoleName" } }}
    />
  );
}
