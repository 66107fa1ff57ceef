import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";

import type { Values } from "./settings";

export const SCOPES = [
  { value: "queue", label: "Queue" },
  { value: "messageGroup", label: "Message group" },
];
export const LIMITS = [
  { value: "perQueue", label: "Per queue" },
  { value: "perMessageGroupId", label: "Per message group ID" },
];

/** What a FIFO queue has beside the others: which messages are the same, and how many it takes. */
export function FifoFields({ values, onChange }: { values: Values; onChange: (values: Values) => void }) {
  const { DeduplicationScope: scope, FifoThroughputLimit: limit, ContentBasedDeduplication: byContent } = values;
  return (
    <ColumnLayout columns={2}>
      <Checkbox
        checked={byContent === "true"}
        onChange={({ detail }) => onChange({ ...values, ContentBasedDeduplication: String(detail.checked) })}
        description="A message with the same text within five minutes is the same message."
      >
        Content-based deduplication
      </Checkbox>
      <Checkbox
        checked={scope === "messageGroup" && limit === "perMessageGroupId"}
        onChange={({ detail }) =>
          onChange({
            ...values,
            DeduplicationScope: detail.checked ? "messageGroup" : "queue",
            FifoThroughputLimit: detail.checked ? "perMessageGroupId" : "perQueue",
          })
        }
        description="Sets both of the following to the message group."
      >
        High throughput FIFO queue
      </Checkbox>
      <FormField label="Deduplication scope" description="Among which messages two are found to be the same.">
        <Select
          selectedOption={SCOPES.find((each) => each.value === scope) ?? null}
          options={SCOPES}
          onChange={({ detail }) => onChange({ ...values, DeduplicationScope: detail.selectedOption.value ?? "" })}
        />
      </FormField>
      <FormField label="FIFO throughput limit" description="Of what AWS counts the messages a second. Here there is no such limit.">
        <Select
          selectedOption={LIMITS.find((each) => each.value === limit) ?? null}
          options={LIMITS}
          onChange={({ detail }) => onChange({ ...values, FifoThroughputLimit: detail.selectedOption.value ?? "" })}
        />
      </FormField>
    </ColumnLayout>
  );
}
