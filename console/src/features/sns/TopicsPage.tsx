import type { Topic } from "@aws-sdk/client-sns";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws, useSteps } from "../../aws/hooks";
import { deleteTopic, listTopics } from "../../aws/sns";
import { DeleteModal } from "../../pieces/DeleteModal";
import { ResourceTable } from "../../pieces/ResourceTable";
import { TOPIC_COLUMNS } from "./columns";
import { lastOf } from "./names";

/** All topics of the region. */
export default function TopicsPage() {
  const topics = useAws(listTopics, {});
  const [selected, setSelected] = useState<Topic[]>([]);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <ResourceTable
        query={topics}
        columns={TOPIC_COLUMNS}
        title="Topics"
        what="topics"
        trackBy="TopicArn"
        description="A message that is published to a topic goes to all its subscribers."
        selection={{ selected, onSelect: setSelected }}
        sorting={{ column: { sortingField: "TopicArn" } }}
        actions={
          <>
            <Button href={to.inbox()}>Inbox</Button>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={to.createTopic()}>
              Create topic
            </Button>
          </>
        }
      />
      {deleting && (
        <DeleteTopics
          arns={selected.map((topic) => topic.TopicArn ?? "")}
          onClose={(done) => {
            setDeleting(false);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}

/** Asks, and deletes topics with their subscriptions. */
export function DeleteTopics({ arns, onClose, leaves = false }: { arns: string[]; onClose: (done: boolean) => void; leaves?: boolean }) {
  const names = arns.map(lastOf).join(", ");
  const remove = useSteps<string[], undefined>(
    async (all, step) => {
      for (const TopicArn of all) await step(deleteTopic, { TopicArn });
      return undefined;
    },
    { touches: ["sns"], says: `Deleted ${names}.`, ownError: true, leaves },
  );
  return (
    <DeleteModal
      title={arns.length === 1 ? "Delete topic" : "Delete topics"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(arns, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{names}</b> and all subscriptions will be deleted for good.
    </DeleteModal>
  );
}
