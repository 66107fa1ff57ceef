import FormField from "@cloudscape-design/components/form-field";
import Multiselect, { type MultiselectProps } from "@cloudscape-design/components/multiselect";
import { useState } from "react";

import { useAws, useSteps } from "../../aws/hooks";
import { listPolicies } from "../../aws/iam";
import { FormModal } from "../../pieces/FormModal";
import type { HeldPolicy } from "./held-policies";
import type { Holder } from "./HeldPolicies";

interface Props {
  holder: Holder;
  /** The policies that it has already. */
  has: HeldPolicy[];
  onClose: () => void;
}

/** Choose managed policies, and attach them. */
export function AttachPoliciesModal({ holder, has, onClose }: Props) {
  const policies = useAws(listPolicies, {});
  const [chosen, setChosen] = useState<readonly MultiselectProps.Option[]>([]);
  const attach = useSteps<string[], undefined>(
    async (arns, step) => {
      for (const PolicyArn of arns) await holder.attach(PolicyArn, step);
      return undefined;
    },
    { touches: ["iam"], says: `Attached ${chosen.map((option) => option.label).join(", ")} to ${holder.name}.`, ownError: true },
  );
  const options = (policies.data ?? [])
    .filter((policy) => !has.some((each) => each.arn === policy.Arn))
    .map((policy) => ({
      value: policy.Arn ?? "",
      label: policy.PolicyName ?? "",
      labelTag: policy.Arn?.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed",
    }));
  return (
    <FormModal
      title={`Attach policies to ${holder.name}`}
      action="Add permissions"
      busy={attach.isPending}
      disabled={chosen.length === 0}
      error={policies.error ?? attach.error}
      onSubmit={() => attach.mutate(chosen.map((option) => option.value ?? ""), { onSuccess: onClose })}
      onClose={onClose}
    >
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
    </FormModal>
  );
}
