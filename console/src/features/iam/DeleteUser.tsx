import { useSteps } from "../../aws/hooks";
import { deleteAccessKey, deleteUser, deleteUserPolicy, detachUserPolicy, listAccessKeys, listGroupsForUser, removeUserFromGroup } from "../../aws/iam-users";
import { DeleteModal } from "../../pieces/DeleteModal";
import { userPolicies } from "./user-queries";

/** Asks, and deletes a user with its keys, policies and memberships, which IAM wants gone before. */
export function DeleteUser({ user, onClose }: { user: string; onClose: (done: boolean) => void }) {
  const remove = useSteps<string, undefined>(
    async (UserName, step) => {
      for (const key of await listAccessKeys.send({ UserName })) await step(deleteAccessKey, { UserName, AccessKeyId: key.AccessKeyId });
      for (const policy of await userPolicies.send({ UserName })) {
        if (policy.arn) await step(detachUserPolicy, { UserName, PolicyArn: policy.arn });
        else await step(deleteUserPolicy, { UserName, PolicyName: policy.name });
      }
      for (const { GroupName } of await listGroupsForUser.send({ UserName })) await step(removeUserFromGroup, { UserName, GroupName });
      await step(deleteUser, { UserName });
      return undefined;
    },
    { touches: ["iam"], says: `Deleted ${user}.`, ownError: true, leaves: true },
  );
  return (
    <DeleteModal
      title="Delete user"
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(user, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{user}</b>, its access keys and its inline policies will be deleted for good.
    </DeleteModal>
  );
}
