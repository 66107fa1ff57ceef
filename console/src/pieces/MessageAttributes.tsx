import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";

export interface MessageAttribute {
  name: string;
  type: string;
  value: string;
}

const TYPES = ["String", "Number", "String.Array"].map((value) => ({ value }));
const ATTRIBUTES_MAX = 10;

interface Props {
  value: MessageAttribute[];
  onChange: (attributes: MessageAttribute[]) => void;
  /** Types that the service takes; SQS has no String.Array of its own. */
  types?: { value: string }[];
}

/** The attributes of a message that is about to be sent, which filter policies ask for. */
export function MessageAttributes({ value, onChange, types = TYPES }: Props) {
  const set = (index: number, part: Partial<MessageAttribute>) =>
    onChange(value.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <FormField label="Message attributes" description="Sent beside the message; filter policies ask for them." stretch>
      <AttributeEditor
        items={value}
        empty="No attributes."
        addButtonText="Add attribute"
        removeButtonText="Remove"
        addButtonVariant="normal"
        disableAddButton={value.length >= ATTRIBUTES_MAX}
        onAddButtonClick={() => onChange([...value, { name: "", type: "String", value: "" }])}
        onRemoveButtonClick={({ detail }) => onChange(value.filter((_each, at) => at !== detail.itemIndex))}
        definition={[
          {
            label: "Type",
            control: (each, index) => (
              <Select
                ariaLabel={`Type of attribute ${index + 1}`}
                selectedOption={{ value: each.type }}
                options={types}
                onChange={({ detail }) => set(index, { type: detail.selectedOption.value ?? "String" })}
              />
            ),
          },
          {
            label: "Name",
            control: (each, index) => (
              <Input ariaLabel={`Name of attribute ${index + 1}`} value={each.name} onChange={({ detail }) => set(index, { name: detail.value })} />
            ),
          },
          {
            label: "Value",
            control: (each, index) => (
              <Input ariaLabel={`Value of attribute ${index + 1}`} value={each.value} onChange={({ detail }) => set(index, { value: detail.value })} />
            ),
          },
        ]}
      />
    </FormField>
  );
}

/** The member MessageAttributes of Publish and SendMessage. */
export function attributeMap(attributes: MessageAttribute[]): Record<string, { DataType: string; StringValue: string }> {
  return Object.fromEntries(
    attributes.filter(({ name }) => name).map(({ name, type, value }) => [name, { DataType: type, StringValue: value }]),
  );
}
