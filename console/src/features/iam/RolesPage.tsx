import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { listRoles } from "../../aws/iam";
import { DeletableTable } from "../../pieces/DeletableTable";
import { DeleteRoles } from "../roles/DeleteRoles";
import { ROLE_COLUMNS } from "./columns";

/** All roles of the account. */
export default function RolesPage() {
  const roles = useAws(listRoles, {});
  return (
    <DeletableTable
      query={roles}
      columns={ROLE_COLUMNS}
      title="Roles"
      description="What functions, and whoever takes a role on, may do for a while."
      what="roles"
      trackBy="RoleName"
      sorting={{ column: { sortingField: "RoleName" } }}
      create={{ text: "Create role", href: to.createRole() }}
      deletion={(selected, onClose) => <DeleteRoles names={selected.map(({ RoleName = "" }) => RoleName)} onClose={onClose} />}
    />
  );
}
