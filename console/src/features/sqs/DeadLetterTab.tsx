import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws, useChange } from "../../aws/hooks";
import { listDeadLetterSourceQueues, setQueueAttributes } from "../../aws/sqs";
import { FormModal } from "../../pieces/FormModal";
import { DeadLetterFields, deadLettersOf, redrivePolicy } from "./DeadLetterFields";
import { type Queue, queueName } from "./queue";
import { RedriveAllowSection } from "./RedriveAllowSection";
import { RedrivePanel } from "./RedrivePanel";

/** Where a queue's undeliverable messages go; and of a dead-letter queue, whose they are, and their way back. */
export function DeadLetterTab({ queue }: { queue: Queue }) {
  const [editing, setEditing] = useState(false);
  const sources = useAws(listDeadLetterSourceQueues, { QueueUrl: queue.url, MaxResults: 1000 });
  const dead = deadLettersOf(queue.attributes.RedrivePolicy);
  const names = (sources.data ?? []).map(queueName);
  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header
            variant="h2"
            description="Where a message goes that was received too often without being deleted."
            actions={<Button onClick={() => setEditing(true)}>Edit dead-letter queue</Button>}
          >
            Dead-letter queue
          </Header>
        }
      >
        <KeyValuePairs
          columns={3}
          items={[
            {
              label: "Queue",
              value: dead.on ? <Link href={to.queue(queueName(dead.arn))}>{queueName(dead.arn)}</Link> : "None",
            },
            { label: "Maximum receives", value: dead.on ? dead.receives : "-" },
            {
              label: "Dead-letter queue of",
              value: names.length
                ? names.map((name) => (
                    <div key={name}>
                      <Link href={to.queue(name)}>{name}</Link>
                    </div>
                  ))
                : "No queue",
            },
          ]}
        />
        {editing && <EditModal queue={queue} onClose={() => setEditing(false)} />}
      </Container>
      <RedriveAllowSection queue={queue} />
      {names.length > 0 && <RedrivePanel queue={queue} />}
    </SpaceBetween>
  );
}

function EditModal({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const [value, setValue] = useState(() => deadLettersOf(queue.attributes.RedrivePolicy));
  const save = useChange(setQueueAttributes, { says: "The dead-letter queue has been saved.", ownError: true });
  const submit = () =>
    save.mutate({ QueueUrl: queue.url, Attributes: { RedrivePolicy: redrivePolicy(value) } }, { onSuccess: onClose });
  return (
    <FormModal title="Edit dead-letter queue" action="Save" busy={save.isPending} error={save.error} onSubmit={submit} onClose={onClose}>
      <DeadLetterFields value={value} onChange={setValue} fifo={queue.fifo} except={queue.arn} />
    </FormModal>
  );
}
