import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useAws } from "../../aws/hooks";
import { getContextKeys } from "../../aws/iam-simulator";
import { CONTEXT_TYPES, type ContextKey, type ContextType } from "./question";

interface Props {
  /** The ARN of whom the policies are. */
  principal: string;
  value: ContextKey[];
  onChange: (keys: ContextKey[]) => void;
}

const TYPES = CONTEXT_TYPES.map((value) => ({ value }));

/** What the request would carry along: values of the keys that policies' conditions ask for. */
export function ContextFields({ principal, value, onChange }: Props) {
  const asked = useAws(getContextKeys, principal ? { PolicySourceArn: principal } : null);
  const open = (asked.data?.ContextKeyNames ?? []).filter((name) => !value.some((each) => each.key.toLowerCase() === name.toLowerCase()));
  const set = (index: number, part: Partial<ContextKey>) => onChange(value.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <FormField
      label={<>Context keys <i>- optional</i></>}
      description="What conditions ask for. Those that follow from who asks, such as aws:username, are filled in."
      stretch
    >
      <SpaceBetween size="xs">
        {open.length > 0 && (
          <Button onClick={() => onChange([...value, ...open.map((key): ContextKey => ({ key, type: "string", value: "" }))])}>
            Add what the policies ask for: {open.join(", ")}
          </Button>
        )}
        <AttributeEditor
          items={value}
          empty="No context keys."
          addButtonText="Add context key"
          removeButtonText="Remove"
          addButtonVariant="normal"
          onAddButtonClick={() => onChange([...value, { key: "", type: "string", value: "" }])}
          onRemoveButtonClick={({ detail }) => onChange(value.filter((_each, at) => at !== detail.itemIndex))}
          definition={[
            {
              label: "Key",
              control: (each, index) => (
                <Input
                  ariaLabel={`Context key ${index + 1}`}
                  value={each.key}
                  onChange={({ detail }) => set(index, { key: detail.value })}
                  placeholder="aws:SourceIp"
                  spellcheck={false}
                />
              ),
            },
            {
              label: "Type",
              control: (each, index) => (
                <Select
                  ariaLabel={`Type of context key ${index + 1}`}
                  selectedOption={{ value: each.type }}
                  options={TYPES}
                  onChange={({ detail }) => set(index, { type: detail.selectedOption.value as ContextType })}
                />
              ),
            },
            {
              label: "Value",
              control: (each, index) => (
                <Input
                  ariaLabel={`Value of context key ${index + 1}`}
                  value={each.value}
                  onChange={({ detail }) => set(index, { value: detail.value })}
                  placeholder={each.type.endsWith("List") ? "one, two" : ""}
                  spellcheck={false}
                />
              ),
            },
          ]}
        />
      </SpaceBetween>
    </FormField>
  );
}
