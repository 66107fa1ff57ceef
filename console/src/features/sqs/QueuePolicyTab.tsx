import { useChange } from "../../aws/hooks";
import { setQueueAttributes } from "../../aws/sqs";
import { PolicyPanel } from "../../pieces/PolicyPanel";
import type { Queue } from "./queue";

/** Who, of other accounts and services too, may send to the queue and receive from it. */
export function QueuePolicyTab({ queue }: { queue: Queue }) {
  const save = useChange(setQueueAttributes, { says: "The access policy has been saved.", ownError: true });
  const statement = {
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queue.arn,
  };
  return (
    <PolicyPanel
      title="Access policy"
      description="Who, of other accounts and services too, may send to the queue and receive from it. A topic needs sqs:SendMessage."
      value={queue.attributes.Policy ?? ""}
      template={JSON.stringify({ Version: "2012-10-17", Statement: [statement] })}
      busy={save.isPending}
      error={save.error}
      onSave={(text, onSuccess) => save.mutate({ QueueUrl: queue.url, Attributes: { Policy: text.trim() } }, { onSuccess })}
      removable
    />
  );
}
