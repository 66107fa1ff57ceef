import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { ZipField } from "../../pieces/ZipField";
import type { NewFunction, RuntimeChoice } from "./new-function";

interface Props {
  runtime: RuntimeChoice;
  value: NewFunction["upload"];
  onChange: (upload: NewFunction["upload"]) => void;
}

/** A package from this machine, and the handler in it. */
export function UploadFields({ runtime, value, onChange }: Props) {
  return (
    <SpaceBetween size="l">
      <ZipField
        label="Package"
        onChange={(archive) => onChange(archive && { archive, handler: value?.handler ?? runtime.handler })}
      />
      <FormField label="Handler" description="The file and the function in it.">
        <Input
          value={value?.handler ?? runtime.handler}
          disabled={!value}
          onChange={({ detail }) => value && onChange({ ...value, handler: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}
