import { useAws } from "../../aws/hooks";
import { listGroupsForUser } from "../../aws/iam-users";
import { ResourceTable } from "../../pieces/ResourceTable";

/** The groups whose policies hold for a user, too. */
export function UserGroups({ user }: { user: string }) {
  const groups = useAws(listGroupsForUser, { UserName: user });
  return (
    <ResourceTable
      variant="container"
      query={groups}
      columns={[
        { id: "name", header: "Group name", isRowHeader: true, cell: (group) => group.GroupName },
        { id: "arn", header: "ARN", cell: (group) => group.Arn },
      ]}
      title="Groups"
      what="groups"
      trackBy="GroupName"
      description="What their policies say holds for the user, too."
    />
  );
}
