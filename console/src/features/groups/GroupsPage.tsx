import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { listGroups } from "../../aws/iam-groups";
import { DeletableTable } from "../../pieces/DeletableTable";
import { GROUP_COLUMNS } from "./columns";
import { DeleteGroups } from "./DeleteGroups";

/** All user groups of the account. */
export default function GroupsPage() {
  const groups = useAws(listGroups, {});
  return (
    <DeletableTable
      query={groups}
      columns={GROUP_COLUMNS}
      title="User groups"
      what="user groups"
      trackBy="GroupName"
      description="A user group is a collection of users. What its policies say holds for all of them."
      sorting={{ column: { sortingField: "GroupName" } }}
      create={{ text: "Create group", href: to.createGroup() }}
      deletion={(selected, onClose) => <DeleteGroups names={selected.map(({ GroupName = "" }) => GroupName)} onClose={onClose} />}
    />
  );
}
