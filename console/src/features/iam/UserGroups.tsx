import { listGroups } from "../../aws/iam-groups";
import { listGroupsForUser } from "../../aws/iam-users";
import { GROUP_COLUMNS } from "../groups/columns";
import { Memberships } from "../groups/Memberships";

/** The groups whose policies hold for a user, too. */
export function UserGroups({ user: UserName }: { user: string }) {
  return (
    <Memberships
      title="User groups membership"
      description="What their policies say holds for the user, too. A user is in 10 groups at most."
      add="Add user to groups"
      addTitle={`Add ${UserName} to groups`}
      what="Groups"
      list={listGroupsForUser}
      asked={{ UserName }}
      all={listGroups}
      nameOf={(group) => group.GroupName ?? ""}
      trackBy="GroupName"
      columns={GROUP_COLUMNS}
      membership={(GroupName) => ({ GroupName, UserName })}
    />
  );
}
