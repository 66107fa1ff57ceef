import type { Role } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";

import { useChange } from "../../aws/hooks";
import { updateRole } from "../../aws/iam-roles";
import { FormModal } from "../../pieces/FormModal";
import { CUSTOM, DURATIONS, SECONDS_MAX, SECONDS_MIN } from "./session-durations";

/** Edit a role's description, and how long its sessions may be. */
export function EditRoleModal({ role, onClose }: { role: Role; onClose: () => void }) {
  const [description, setDescription] = useState(role.Description ?? "");
  const [seconds, setSeconds] = useState(String(role.MaxSessionDuration ?? SECONDS_MIN));
  const [custom, setCustom] = useState(!DURATIONS.some((each) => each.value === seconds));
  const update = useChange(updateRole, { says: "Role updated.", ownError: true });
  const submit = () =>
    update.mutate(
      { RoleName: role.RoleName, MaxSessionDuration: Number(seconds), ...(description ? { Description: description } : {}) },
      { onSuccess: onClose },
    );
  return (
    <FormModal title={`Edit ${role.RoleName}`} action="Save changes" busy={update.isPending} error={update.error} onSubmit={submit} onClose={onClose}>
      <FormField label={<>Description <i>- optional</i></>} constraintText="Maximum 1000 characters.">
        <Textarea value={description} onChange={({ detail }) => setDescription(detail.value)} rows={2} />
      </FormField>
      <FormField
        label="Maximum session duration"
        description="How long credentials last at most that somebody gets by AssumeRole. Lambda's own are renewed and not concerned."
      >
        <Select
          selectedOption={DURATIONS.find((each) => each.value === (custom ? CUSTOM : seconds)) ?? null}
          options={DURATIONS}
          onChange={({ detail }) => {
            const chosen = detail.selectedOption.value ?? "";
            setCustom(chosen === CUSTOM);
            if (chosen !== CUSTOM) setSeconds(chosen);
          }}
        />
      </FormField>
      {custom && (
        <FormField label="Seconds" constraintText={`Between ${SECONDS_MIN} and ${SECONDS_MAX} seconds.`}>
          <Input type="number" value={seconds} onChange={({ detail }) => setSeconds(detail.value)} />
        </FormField>
      )}
    </FormModal>
  );
}
