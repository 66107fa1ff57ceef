import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAws, useChange } from "../../aws/hooks";
import { createAccessKey, deleteAccessKey, updateAccessKey } from "../../aws/iam-users";
import { Copyable } from "../../pieces/Copyable";
import { ResourceTable } from "../../pieces/ResourceTable";
import { KEY_COLUMNS } from "./user-columns";
import { type KeyInUse, userKeys } from "./user-queries";

/** A user's access keys. The secret of a new one is shown once, and kept nowhere. */
export function UserKeys({ user: UserName }: { user: string }) {
  const keys = useAws(userKeys, { UserName });
  const [selected, setSelected] = useState<KeyInUse[]>([]);
  const [one] = selected;
  const done = { onSuccess: () => setSelected([]) };
  const create = useChange(createAccessKey, { says: "The access key was created." });
  const change = useChange(updateAccessKey, { says: "The access key has been changed." });
  const remove = useChange(deleteAccessKey, { says: "The access key was deleted." });
  const made = create.data?.AccessKey;
  const Status = one?.Status === "Active" ? "Inactive" : "Active";
  return (
    <SpaceBetween size="m">
      {made && (
        <Alert type="success" header="Access key created" dismissible onDismiss={() => create.reset()} dismissAriaLabel="Forget the secret access key">
          <SpaceBetween size="s">
            <div>This is the only time that the secret access key can be seen.</div>
            <KeyValuePairs
              columns={2}
              items={[
                { label: "Access key", value: <Copyable text={made.AccessKeyId ?? ""} what="access key" /> },
                { label: "Secret access key", value: <Copyable text={made.SecretAccessKey ?? ""} what="secret access key" /> },
              ]}
            />
          </SpaceBetween>
        </Alert>
      )}
      <ResourceTable
        variant="container"
        query={keys}
        columns={KEY_COLUMNS}
        title="Access keys"
        what="access keys"
        trackBy="AccessKeyId"
        description="What programs sign with. A user has two at most."
        selection={{ selected, onSelect: setSelected, type: "single" }}
        actions={
          <>
            <Button
              disabled={!one}
              loading={change.isPending}
              onClick={() => change.mutate({ UserName, AccessKeyId: one?.AccessKeyId, Status }, done)}
            >
              {one && Status === "Active" ? "Activate" : "Deactivate"}
            </Button>
            <Button disabled={!one} loading={remove.isPending} onClick={() => remove.mutate({ UserName, AccessKeyId: one?.AccessKeyId }, done)}>
              Delete
            </Button>
            <Button variant="primary" loading={create.isPending} onClick={() => create.mutate({ UserName })}>
              Create access key
            </Button>
          </>
        }
      />
    </SpaceBetween>
  );
}
