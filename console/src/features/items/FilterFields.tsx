import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { type Filter, FILTER_CONDITIONS, isBare } from "./question";

interface Props {
  value: Filter[];
  onChange: (filters: Filter[]) => void;
}

const TYPES: { value: Filter["type"]; label: string }[] = [
  { value: "S", label: "String" },
  { value: "N", label: "Number" },
  { value: "B", label: "Binary" },
  { value: "BOOL", label: "Boolean" },
  { value: "NULL", label: "Null" },
];
const NEW: Filter = { name: "", type: "S", condition: "=", value: "", value2: "" };

/** What of the found items is left out: read, but not shown. */
export function FilterFields({ value, onChange }: Props) {
  const set = (index: number, part: Partial<Filter>) => onChange(value.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <AttributeEditor
      items={value}
      empty="No filters."
      addButtonText="Add filter"
      removeButtonText="Remove"
      onAddButtonClick={() => onChange([...value, NEW])}
      onRemoveButtonClick={({ detail }) => onChange(value.filter((_each, at) => at !== detail.itemIndex))}
      definition={[
        {
          label: "Attribute name",
          control: (filter, at) => (
            <Input ariaLabel={`Attribute of filter ${at + 1}`} value={filter.name} onChange={({ detail }) => set(at, { name: detail.value })} />
          ),
        },
        {
          label: "Condition",
          control: (filter, at) => (
            <Select
              ariaLabel={`Condition of filter ${at + 1}`}
              selectedOption={{ value: filter.condition, label: filter.condition }}
              options={FILTER_CONDITIONS.map((condition) => ({ value: condition, label: condition }))}
              onChange={({ detail }) => set(at, { condition: detail.selectedOption.value ?? "=" })}
            />
          ),
        },
        {
          label: "Type",
          control: (filter, at) => (
            <Select
              ariaLabel={`Type of filter ${at + 1}`}
              disabled={isBare(filter.condition)}
              selectedOption={TYPES.find((type) => type.value === filter.type) ?? null}
              options={TYPES}
              onChange={({ detail }) => set(at, { type: detail.selectedOption.value as Filter["type"] })}
            />
          ),
        },
        {
          label: "Value",
          control: (filter, at) =>
            isBare(filter.condition) ? null : (
              <SpaceBetween size="xxs">
                <Input
                  ariaLabel={`Value of filter ${at + 1}`}
                  disabled={filter.type === "NULL"}
                  value={filter.value}
                  onChange={({ detail }) => set(at, { value: detail.value })}
                />
                {filter.condition === "between" && (
                  <Input
                    ariaLabel={`Upper end of filter ${at + 1}`}
                    value={filter.value2}
                    onChange={({ detail }) => set(at, { value2: detail.value })}
                  />
                )}
              </SpaceBetween>
            ),
        },
      ]}
    />
  );
}
