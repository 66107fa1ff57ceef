import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { lastPart } from "../../aws/arn";
import { useAws, useSteps } from "../../aws/hooks";
import { deleteRolePolicy, detachRolePolicy, listAttachedRolePolicies, listRolePolicies } from "../../aws/iam";
import { deleteRole } from "../../aws/iam-roles";
import { listFunctions } from "../../aws/lambda";
import { DeleteModal } from "../../pieces/DeleteModal";

interface Props {
  names: string[];
  /** The page shows the role. */
  leaves?: boolean;
  onClose: (done: boolean) => void;
}

/** Asks, and deletes roles with their inline policies and what is attached to them, which IAM wants gone before. */
export function DeleteRoles({ names, leaves = false, onClose }: Props) {
  const functions = useAws(listFunctions, {});
  const users = (functions.data ?? []).filter((each) => names.includes(lastPart(each.Role ?? ""))).map((each) => each.FunctionName);
  const remove = useSteps<string[], undefined>(
    async (roles, step) => {
      for (const RoleName of roles) {
        for (const PolicyName of await listRolePolicies.send({ RoleName })) await step(deleteRolePolicy, { RoleName, PolicyName });
        for (const { PolicyArn } of await listAttachedRolePolicies.send({ RoleName })) await step(detachRolePolicy, { RoleName, PolicyArn });
        await step(deleteRole, { RoleName });
      }
      return undefined;
    },
    { touches: ["iam"], says: `Deleted ${names.join(", ")}.`, ownError: true, leaves },
  );
  const one = names.length === 1;
  return (
    <DeleteModal
      title={one ? `Delete ${names[0]}?` : `Delete ${names.length} roles?`}
      word={one ? (names[0] ?? "") : "delete"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(names, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <SpaceBetween size="s">
        {users.length > 0 && (
          <Alert type="warning">
            {users.join(", ")} {users.length === 1 ? "runs" : "run"} with it, and will be refused everything from then on.
          </Alert>
        )}
        <div>
          Delete <b>{names.join(", ")}</b> permanently? This will also delete all inline policies of it, and end its sessions. Managed policies
          are detached, and stay.
        </div>
      </SpaceBetween>
    </DeleteModal>
  );
}
