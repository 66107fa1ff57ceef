import type { Role } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { listRoles } from "../../aws/iam";
import { ResourceTable } from "../../pieces/ResourceTable";
import { DeleteRoles } from "../roles/DeleteRoles";
import { ROLE_COLUMNS } from "./columns";

/** All roles of the account. */
export default function RolesPage() {
  const roles = useAws(listRoles, {});
  const [selected, setSelected] = useState<Role[]>([]);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <ResourceTable
        query={roles}
        columns={ROLE_COLUMNS}
        title="Roles"
        description="What functions, and whoever takes a role on, may do for a while."
        what="roles"
        trackBy="RoleName"
        sorting={{ column: { sortingField: "RoleName" } }}
        selection={{ selected, onSelect: setSelected }}
        actions={
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={to.createRole()}>
              Create role
            </Button>
          </>
        }
      />
      {deleting && (
        <DeleteRoles
          names={selected.map((role) => role.RoleName ?? "")}
          onClose={(done) => {
            setDeleting(false);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}
