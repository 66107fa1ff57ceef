import Button from "@cloudscape-design/components/button";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { deleteQueue } from "../../aws/sqs";
import { DeletableTable } from "../../pieces/DeletableTable";
import { DeleteEach } from "../../pieces/DeleteEach";
import { QUEUE_COLUMNS } from "./columns";
import { describeQueues, type Queue } from "./queue";

const POLL_MS = 5_000;

/** All queues of the region, with how many messages each holds. */
export default function QueuesPage() {
  const queues = useAws(describeQueues, {}, { every: POLL_MS });
  return (
    <DeletableTable
      query={queues}
      columns={QUEUE_COLUMNS}
      title="Queues"
      what="queues"
      trackBy="name"
      description="A message waits in a queue until somebody has received and deleted it."
      sorting={{ column: { sortingField: "name" } }}
      create={{ text: "Create queue", href: to.createQueue() }}
      after={(selected) => (
        <Button disabled={selected.length !== 1} href={to.messages(selected[0]?.name ?? "")}>
          Send and receive messages
        </Button>
      )}
      deletion={(selected, onClose) => <DeleteQueues queues={selected} onClose={onClose} />}
    />
  );
}

/** Asks, and deletes queues with their messages. */
export function DeleteQueues({ queues, onClose, leaves = false }: { queues: Queue[]; onClose: (done: boolean) => void; leaves?: boolean }) {
  return (
    <DeleteEach
      what="queue"
      names={queues.map(({ name }) => name)}
      operation={deleteQueue}
      inputs={queues.map(({ url }) => ({ QueueUrl: url }))}
      leaves={leaves}
      onClose={onClose}
    >
      and all messages will be deleted for good. The name is free again after 60 seconds.
    </DeleteEach>
  );
}
