import type { ScalarAttributeType } from "@aws-sdk/client-dynamodb";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select, { type SelectProps } from "@cloudscape-design/components/select";

import type { Key } from "./new-index";

const TYPES: (SelectProps.Option & { value: ScalarAttributeType })[] = [
  { value: "S", label: "String" },
  { value: "N", label: "Number" },
  { value: "B", label: "Binary" },
];

interface Props {
  label: string;
  description: string;
  optional?: boolean;
  value: Key;
  onChange: (value: Key) => void;
}

/** The name and the type of a key attribute. */
export function KeyFields({ label, description, optional = false, value, onChange }: Props) {
  return (
    <Grid gridDefinition={[{ colspan: { default: 8, xs: 9 } }, { colspan: { default: 4, xs: 3 } }]}>
      <FormField
        label={optional ? <span>{label} - <i>optional</i></span> : label}
        description={description}
        constraintText="1 to 255 characters, case sensitive."
      >
        <Input
          ariaLabel={label}
          value={value.name}
          onChange={({ detail }) => onChange({ ...value, name: detail.value })}
          placeholder={`Enter the ${label.toLowerCase()} name`}
          spellcheck={false}
        />
      </FormField>
      <FormField label="Type" description="What its values are.">
        <Select
          ariaLabel={`Type of the ${label.toLowerCase()}`}
          selectedOption={TYPES.find((type) => type.value === value.type) ?? null}
          options={TYPES}
          onChange={({ detail }) => onChange({ ...value, type: detail.selectedOption.value as ScalarAttributeType })}
        />
      </FormField>
    </Grid>
  );
}
