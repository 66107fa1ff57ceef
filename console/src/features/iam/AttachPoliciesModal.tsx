import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import Multiselect, { type MultiselectProps } from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAws, useSteps } from "../../aws/hooks";
import { attachRolePolicy, listPolicies } from "../../aws/iam";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import type { RolePolicy } from "./role-policies";

interface Props {
  role: string;
  /** The policies that it has already. */
  has: RolePolicy[];
  onClose: () => void;
}

/** Choose managed policies, and attach them. */
export function AttachPoliciesModal({ role, has, onClose }: Props) {
  const policies = useAws(listPolicies, {});
  const [chosen, setChosen] = useState<readonly MultiselectProps.Option[]>([]);
  const attach = useSteps<string[], undefined>(
    async (arns, step) => {
      for (const PolicyArn of arns) await step(attachRolePolicy, { RoleName: role, PolicyArn });
      return undefined;
    },
    { touches: ["iam"], says: `Attached ${chosen.map((option) => option.label).join(", ")} to ${role}.`, ownError: true },
  );
  const options = (policies.data ?? [])
    .filter((policy) => !has.some((each) => each.arn === policy.Arn))
    .map((policy) => ({
      value: policy.Arn ?? "",
      label: policy.PolicyName ?? "",
      labelTag: policy.Arn?.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed",
    }));
  return (
    <Modal
      visible
      header={`Attach policies to ${role}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              disabled={chosen.length === 0}
              loading={attach.isPending}
              onClick={() => attach.mutate(chosen.map((option) => option.value ?? ""), { onSuccess: onClose })}
            >
              Add permissions
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={policies.error ?? attach.error} />
        <FormField label="Managed policies">
          <Multiselect
            placeholder="Choose policies"
            filteringType="auto"
            selectedOptions={chosen}
            options={options}
            statusType={policies.isPending ? "loading" : "finished"}
            loadingText="Asking for policies"
            onChange={({ detail }) => setChosen(detail.selectedOptions)}
            deselectAriaLabel={(option) => `Remove ${option.label}`}
          />
        </FormField>
      </SpaceBetween>
    </Modal>
  );
}
