import type { Group } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { listGroups } from "../../aws/iam-groups";
import { ResourceTable } from "../../pieces/ResourceTable";
import { GROUP_COLUMNS } from "./columns";
import { DeleteGroups } from "./DeleteGroups";

/** All user groups of the account. */
export default function GroupsPage() {
  const groups = useAws(listGroups, {});
  const [selected, setSelected] = useState<Group[]>([]);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <ResourceTable
        query={groups}
        columns={GROUP_COLUMNS}
        title="User groups"
        what="user groups"
        trackBy="GroupName"
        description="A user group is a collection of users. What its policies say holds for all of them."
        sorting={{ column: { sortingField: "GroupName" } }}
        selection={{ selected, onSelect: setSelected }}
        actions={
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={to.createGroup()}>
              Create group
            </Button>
          </>
        }
      />
      {deleting && (
        <DeleteGroups
          names={selected.map((group) => group.GroupName ?? "")}
          onClose={(done) => {
            setDeleting(false);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}
