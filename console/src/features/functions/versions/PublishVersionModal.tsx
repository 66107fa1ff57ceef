import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../../app/paths";
import { useChange } from "../../../aws/hooks";
import { publishVersion } from "../../../aws/lambda-versions";
import { FormModal } from "../../../pieces/FormModal";

/** Freezes the function as it is, and leads to the version. */
export function PublishVersionModal({ functionName, onClose }: { functionName: string; onClose: () => void }) {
  const navigate = useNavigate();
  const [description, setDescription] = useState("");
  const publish = useChange(publishVersion, {
    says: ({ Version }) => `Successfully created version ${Version} of the function ${functionName}.`,
    ownError: true,
  });
  const submit = () =>
    publish.mutate(
      { FunctionName: functionName, ...(description ? { Description: description } : {}) },
      {
        onSuccess: ({ Version = "" }) => {
          onClose();
          void navigate(to.function(functionName, { qualifier: Version }));
        },
      },
    );
  return (
    <FormModal
      title="Publish new version from $LATEST"
      action="Publish"
      busy={publish.isPending}
      error={publish.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <div>
        A new version is a snapshot of the code and configuration of $LATEST, which can&apos;t be changed afterwards. Where nothing has
        changed since the last version, there is no new one, and that version is shown.
      </div>
      <FormField label={<span>Version description - <i>optional</i></span>}>
        <Input ariaLabel="Version description" value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
    </FormModal>
  );
}
