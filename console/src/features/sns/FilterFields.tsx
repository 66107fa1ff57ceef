import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Textarea from "@cloudscape-design/components/textarea";

export interface Delivery {
  raw: boolean;
  filter: string;
  /** "MessageAttributes" or "MessageBody". */
  scope: string;
}

export const NEW_DELIVERY: Delivery = { raw: false, filter: "", scope: "MessageAttributes" };

/** A subscription's attributes, as Subscribe and SetSubscriptionAttributes take them. */
export function deliveryAttributes({ raw, filter, scope }: Delivery): Record<string, string> {
  return { RawMessageDelivery: String(raw), FilterPolicyScope: scope, FilterPolicy: filter.trim() };
}

/** Which messages a subscription gets, and in what form. */
export function FilterFields({ value, onChange, canBeRaw }: { value: Delivery; onChange: (value: Delivery) => void; canBeRaw: boolean }) {
  const set = (part: Partial<Delivery>) => onChange({ ...value, ...part });
  return (
    <>
      {canBeRaw && (
        <Checkbox
          checked={value.raw}
          onChange={({ detail }) => set({ raw: detail.checked })}
          description="The message alone, without the envelope that says what topic it came from."
        >
          Enable raw message delivery
        </Checkbox>
      )}
      <FormField label={<>Filter policy <i>- optional</i></>} description="JSON. Messages that it doesn't match are not sent." stretch>
        <Textarea
          value={value.filter}
          rows={5}
          spellcheck={false}
          placeholder={'{ "fruit": ["apple"] }'}
          onChange={({ detail }) => set({ filter: detail.value })}
        />
      </FormField>
      {value.filter && (
        <FormField label="Filter policy scope">
          <RadioGroup
            value={value.scope}
            onChange={({ detail }) => set({ scope: detail.value })}
            items={[
              { value: "MessageAttributes", label: "Message attributes" },
              { value: "MessageBody", label: "Message body", description: "The message is JSON itself." },
            ]}
          />
        </FormField>
      )}
    </>
  );
}
