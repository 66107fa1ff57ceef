import { useSteps } from "../../aws/hooks";
import {
  deleteGroup,
  deleteGroupPolicy,
  detachGroupPolicy,
  listAttachedGroupPolicies,
  listGroupPolicies,
  listGroupUsers,
} from "../../aws/iam-groups";
import { removeUserFromGroup } from "../../aws/iam-users";
import { DeleteModal } from "../../pieces/DeleteModal";

interface Props {
  names: string[];
  /** The page shows the group. */
  leaves?: boolean;
  onClose: (done: boolean) => void;
}

/** Asks, and deletes groups with their inline policies, attachments and memberships, which IAM wants gone before. */
export function DeleteGroups({ names, leaves = false, onClose }: Props) {
  const remove = useSteps<string[], undefined>(
    async (groups, step) => {
      for (const GroupName of groups) {
        for (const { UserName } of await listGroupUsers.send({ GroupName })) await step(removeUserFromGroup, { GroupName, UserName });
        for (const PolicyName of await listGroupPolicies.send({ GroupName })) await step(deleteGroupPolicy, { GroupName, PolicyName });
        for (const { PolicyArn } of await listAttachedGroupPolicies.send({ GroupName })) await step(detachGroupPolicy, { GroupName, PolicyArn });
        await step(deleteGroup, { GroupName });
      }
      return undefined;
    },
    { touches: ["iam"], says: `Deleted ${names.join(", ")}.`, ownError: true, leaves },
  );
  const one = names.length === 1;
  return (
    <DeleteModal
      title={one ? `Delete ${names[0]}?` : `Delete ${names.length} user groups?`}
      word={one ? (names[0] ?? "") : "delete"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(names, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      Delete <b>{names.join(", ")}</b> permanently? The users are removed from it and stay, and so do the managed policies that are attached to
      it. Its inline policies go with it.
    </DeleteModal>
  );
}
