import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { updateGroup } from "../../aws/iam-groups";
import { FormModal } from "../../pieces/FormModal";

/** Give a group another name: its users and policies stay, and its ARN changes. */
export function RenameGroupModal({ group, onClose }: { group: string; onClose: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState(group);
  const update = useChange(updateGroup, { says: `The user group is called ${name}.`, ownError: true, leaves: true });
  return (
    <FormModal
      title="Edit user group name"
      action="Save changes"
      busy={update.isPending}
      error={update.error}
      disabled={name === group}
      onSubmit={() =>
        update.mutate(
          { GroupName: group, NewGroupName: name },
          {
            onSuccess: () => {
              onClose();
              void navigate(to.group(name), { replace: true });
            },
          },
        )
      }
      onClose={onClose}
    >
      <FormField label="User group name" description="Its ARN changes with it: policies that name the old one don't follow.">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
      </FormField>
    </FormModal>
  );
}
