import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";

import { useAws, useChange } from "../../aws/hooks";
import { setQueueAttributes } from "../../aws/sqs";
import { FormModal } from "../../pieces/FormModal";
import { describeQueues, type Queue, queueName } from "./queue";
import { redriveAllowOf, redriveAllowPolicy, type RedrivePermission } from "./redrive-allow";

const CHOICES: { value: RedrivePermission; label: string; description: string }[] = [
  { value: "allowAll", label: "Allow all", description: "Any queue of the account and region may use it." },
  { value: "byQueue", label: "By queue", description: "Only the queues that are named may." },
  { value: "denyAll", label: "Deny all", description: "No queue may." },
];

/** Which source queues may use a queue as their dead-letter queue. */
export function RedriveAllowSection({ queue }: { queue: Queue }) {
  const [editing, setEditing] = useState(false);
  const { permission, sources } = redriveAllowOf(queue.attributes.RedriveAllowPolicy);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Which source queues can use this queue as the dead-letter queue."
          actions={<Button onClick={() => setEditing(true)}>Edit redrive allow policy</Button>}
        >
          Redrive allow policy
        </Header>
      }
    >
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Redrive permission", value: CHOICES.find((choice) => choice.value === permission)?.label },
          { label: "Source queues", value: sources.length ? sources.map(queueName).join(", ") : "-" },
        ]}
      />
      {editing && <EditModal queue={queue} onClose={() => setEditing(false)} />}
    </Container>
  );
}

function EditModal({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const [value, setValue] = useState(() => redriveAllowOf(queue.attributes.RedriveAllowPolicy));
  const queues = useAws(describeQueues, value.permission === "byQueue" ? {} : null);
  const save = useChange(setQueueAttributes, { says: "The redrive allow policy has been saved.", ownError: true });
  const options = (queues.data ?? [])
    .filter((each) => each.fifo === queue.fifo && each.arn !== queue.arn)
    .map((each) => ({ value: each.arn, label: each.name }));
  const RedriveAllowPolicy = redriveAllowPolicy(value);
  return (
    <FormModal
      title="Edit redrive allow policy"
      action="Save"
      busy={save.isPending}
      error={queues.error ?? save.error}
      onSubmit={() => save.mutate({ QueueUrl: queue.url, Attributes: { RedriveAllowPolicy } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField label="Redrive permission">
        <RadioGroup
          value={value.permission}
          onChange={({ detail }) => setValue({ ...value, permission: detail.value as RedrivePermission })}
          items={CHOICES}
        />
      </FormField>
      {value.permission === "byQueue" && (
        <FormField label="Source queues" constraintText="At most 10.">
          <Multiselect
            placeholder="Choose queues"
            selectedOptions={value.sources.map((arn) => ({ value: arn, label: queueName(arn) }))}
            options={options}
            statusType={queues.isPending ? "loading" : "finished"}
            loadingText="Asking for queues"
            empty="No other queue yet"
            onChange={({ detail }) => setValue({ ...value, sources: detail.selectedOptions.map((option) => option.value ?? "") })}
            deselectAriaLabel={(option) => `Remove ${option.label}`}
          />
        </FormField>
      )}
    </FormModal>
  );
}
