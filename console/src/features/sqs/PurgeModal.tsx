import { useChange } from "../../aws/hooks";
import { purgeQueue } from "../../aws/sqs";
import { DeleteModal } from "../../pieces/DeleteModal";
import type { Queue } from "./queue";

/** Asks, and deletes all messages of a queue. */
export function PurgeModal({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const purge = useChange(purgeQueue, { says: `All messages of ${queue.name} are deleted.`, ownError: true });
  return (
    <DeleteModal
      title="Purge queue"
      busy={purge.isPending}
      error={purge.error}
      onDelete={() => purge.mutate({ QueueUrl: queue.url }, { onSuccess: onClose })}
      onClose={onClose}
    >
      All messages of <b>{queue.name}</b>, those in flight too, will be deleted for good.
    </DeleteModal>
  );
}
