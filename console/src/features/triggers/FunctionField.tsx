import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";

import { to } from "../../app/paths";
import { wording } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { listFunctions } from "../../aws/lambda";

interface Props {
  value: string;
  onChange: (name: string) => void;
}

/** A function, searched by its name; a new one is made in a tab of its own, and found when one comes back. */
export function FunctionField({ value, onChange }: Props) {
  const functions = useAws(listFunctions, {});
  const options = (functions.data ?? []).map(({ FunctionName = "", Runtime, Description }) => ({
    value: FunctionName,
    label: FunctionName,
    ...(Runtime ? { labelTag: Runtime } : {}),
    ...(Description ? { description: Description } : {}),
  }));
  return (
    <FormField
      label="Lambda function"
      description="The function that gets the records."
      errorText={functions.error ? wording(functions.error) : ""}
      secondaryControl={
        <Button href={to.createFunction()} target="_blank" iconName="external" iconAlign="right" formAction="none">
          Create new
        </Button>
      }
    >
      <Select
        placeholder="Choose a Lambda function"
        selectedOption={options.find((option) => option.value === value) ?? (value ? { value, label: value } : null)}
        options={options}
        filteringType="auto"
        filteringPlaceholder="Find functions"
        filteringAriaLabel="Find functions"
        statusType={functions.isPending ? "loading" : "finished"}
        loadingText="Asking for functions"
        empty="No functions yet: create one with Create new"
        noMatch="No function matches"
        onFocus={() => void functions.refetch()}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
