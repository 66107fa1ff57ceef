import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws, useSteps } from "../../aws/hooks";
import { deleteQueue } from "../../aws/sqs";
import { DeleteModal } from "../../pieces/DeleteModal";
import { ResourceTable } from "../../pieces/ResourceTable";
import { QUEUE_COLUMNS } from "./columns";
import { describeQueues, type Queue } from "./queue";

const POLL_MS = 5_000;

/** All queues of the region, with how many messages each holds. */
export default function QueuesPage() {
  const queues = useAws(describeQueues, {}, { every: POLL_MS });
  const [selected, setSelected] = useState<Queue[]>([]);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <ResourceTable
        query={queues}
        columns={QUEUE_COLUMNS}
        title="Queues"
        what="queues"
        trackBy="name"
        description="A message waits in a queue until somebody has received and deleted it."
        selection={{ selected, onSelect: setSelected }}
        sorting={{ column: { sortingField: "name" } }}
        actions={
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button disabled={selected.length !== 1} href={to.messages(selected[0]?.name ?? "")}>
              Send and receive messages
            </Button>
            <Button variant="primary" href={to.createQueue()}>
              Create queue
            </Button>
          </>
        }
      />
      {deleting && (
        <DeleteQueues
          queues={selected}
          onClose={(done) => {
            setDeleting(false);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}

/** Asks, and deletes queues with their messages. */
export function DeleteQueues({ queues, onClose, leaves = false }: { queues: Queue[]; onClose: (done: boolean) => void; leaves?: boolean }) {
  const names = queues.map((queue) => queue.name).join(", ");
  const remove = useSteps<Queue[], undefined>(
    async (all, step) => {
      for (const { url } of all) await step(deleteQueue, { QueueUrl: url });
      return undefined;
    },
    { touches: ["sqs"], says: `Deleted ${names}.`, ownError: true, leaves },
  );
  return (
    <DeleteModal
      title={queues.length === 1 ? "Delete queue" : "Delete queues"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(queues, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{names}</b> and all messages will be deleted for good. The name is free again after 60 seconds.
    </DeleteModal>
  );
}
