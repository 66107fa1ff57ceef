import type { Policy } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";

import { lastPart } from "../../aws/arn";
import { wording } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { listPolicies } from "../../aws/iam";
import { isAws } from "./user-columns";

interface Props {
  label: string;
  /** The ARN; empty where none is chosen. */
  value: string;
  onChange: (arn: string) => void;
}

/** A managed policy among the options of a field. */
export function managedOption({ Arn = "", PolicyName = "" }: Policy) {
  return { value: Arn, label: PolicyName, labelTag: isAws(Arn) ? "AWS managed" : "Customer managed" };
}

/** Choose one managed policy. */
export function PolicySelect({ label, value, onChange }: Props) {
  const policies = useAws(listPolicies, {});
  const options = (policies.data ?? []).map(managedOption);
  return (
    <FormField label={label} errorText={policies.error ? wording(policies.error) : ""}>
      <Select
        placeholder="Choose a policy"
        filteringType="auto"
        filteringPlaceholder="Find policies"
        filteringAriaLabel="Find policies"
        selectedOption={value ? (options.find((option) => option.value === value) ?? { value, label: lastPart(value) }) : null}
        options={options}
        statusType={policies.isPending ? "loading" : "finished"}
        loadingText="Asking for policies"
        empty="No policies"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
