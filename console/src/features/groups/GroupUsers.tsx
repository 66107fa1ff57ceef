import { listGroupUsers } from "../../aws/iam-groups";
import { listUsers } from "../../aws/iam-users";
import { USER_COLUMNS } from "../iam/user-columns";
import { Memberships } from "./Memberships";

/** The users of a group. */
export function GroupUsers({ group: GroupName }: { group: string }) {
  return (
    <Memberships
      title="Users in this group"
      description="What the group's policies say holds for each of them."
      add="Add users"
      addTitle={`Add users to ${GroupName}`}
      what="Users"
      list={listGroupUsers}
      asked={{ GroupName }}
      all={listUsers}
      nameOf={(user) => user.UserName ?? ""}
      trackBy="UserName"
      columns={USER_COLUMNS}
      membership={(UserName) => ({ GroupName, UserName })}
    />
  );
}
