import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useMemo } from "react";

import { useAws } from "../../aws/hooks";
import { describeLogGroups } from "../../aws/logs";

interface Props {
  chosen: string[];
  onChoose: (names: string[]) => void;
  most: number;
}

/** Chooses log groups by name. */
export function GroupPicker({ chosen, onChoose, most }: Props) {
  const groups = useAws(describeLogGroups, {});
  const options = useMemo(() => (groups.data ?? []).map(({ logGroupName: value = "" }) => ({ value, label: value })), [groups.data]);
  return (
    <FormField label="Select log groups" constraintText={`Up to ${most} log groups.`}>
      <Multiselect
        placeholder="Select log groups"
        filteringType="auto"
        filteringAriaLabel="Find log groups"
        selectedOptions={chosen.map((value) => ({ value, label: value }))}
        options={options}
        statusType={groups.isPending ? "loading" : "finished"}
        loadingText="Asking for log groups"
        empty="No log groups"
        tokenLimit={3}
        deselectAriaLabel={(option) => `Remove ${option.label ?? ""}`}
        onChange={({ detail }) => onChoose(detail.selectedOptions.map((option) => option.value ?? "").slice(0, most))}
      />
    </FormField>
  );
}
