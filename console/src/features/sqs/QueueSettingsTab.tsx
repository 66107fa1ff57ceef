import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";

import { useChange } from "../../aws/hooks";
import { setQueueAttributes } from "../../aws/sqs";
import { FormModal } from "../../pieces/FormModal";
import { bytesText } from "../../pieces/texts";
import { durationText } from "./durations";
import { FifoFields, LIMITS, SCOPES } from "./FifoFields";
import type { Queue } from "./queue";
import { changed, SETTINGS, valuesOf } from "./settings";
import { SettingFields } from "./SettingFields";

/** How long a queue's messages are hidden and kept, and how large they may be. */
export function QueueSettingsTab({ queue }: { queue: Queue }) {
  const [editing, setEditing] = useState(false);
  const values = valuesOf(queue.attributes);
  return (
    <Container
      header={
        <Header variant="h2" actions={<Button onClick={() => setEditing(true)}>Edit</Button>}>
          Configuration
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        items={[
          ...SETTINGS.map(({ name, label, unit }) => ({
            label,
            value: unit === "bytes" ? bytesText(Number(values[name])) : durationText(Number(values[name])),
          })),
          ...(queue.fifo
            ? [
                { label: "Content-based deduplication", value: values.ContentBasedDeduplication === "true" ? "On" : "Off" },
                { label: "Deduplication scope", value: SCOPES.find((each) => each.value === values.DeduplicationScope)?.label },
                { label: "FIFO throughput limit", value: LIMITS.find((each) => each.value === values.FifoThroughputLimit)?.label },
              ]
            : []),
        ]}
      />
      {editing && <EditModal queue={queue} onClose={() => setEditing(false)} />}
    </Container>
  );
}

function EditModal({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  // As it was when this was opened: the queue is asked for again and again behind it.
  const [before] = useState(() => valuesOf(queue.attributes));
  const [values, setValues] = useState(before);
  const save = useChange(setQueueAttributes, { says: "The queue has been changed.", ownError: true });
  const wanted = changed(before, values);
  return (
    <FormModal
      size="large"
      title={`Edit ${queue.name}`}
      action="Save"
      busy={save.isPending}
      error={save.error}
      disabled={Object.keys(wanted).length === 0}
      onSubmit={() => save.mutate({ QueueUrl: queue.url, Attributes: wanted }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <SettingFields values={values} onChange={setValues} />
      {queue.fifo && <FifoFields values={values} onChange={setValues} />}
    </FormModal>
  );
}
