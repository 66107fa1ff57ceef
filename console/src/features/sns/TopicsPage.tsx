import Button from "@cloudscape-design/components/button";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { deleteTopic, listTopics } from "../../aws/sns";
import { DeletableTable } from "../../pieces/DeletableTable";
import { DeleteEach } from "../../pieces/DeleteEach";
import { TOPIC_COLUMNS } from "./columns";
import { lastOf } from "./names";

/** All topics of the region. */
export default function TopicsPage() {
  const topics = useAws(listTopics, {});
  return (
    <DeletableTable
      query={topics}
      columns={TOPIC_COLUMNS}
      title="Topics"
      what="topics"
      trackBy="TopicArn"
      description="A message that is published to a topic goes to all its subscribers."
      sorting={{ column: { sortingField: "TopicArn" } }}
      create={{ text: "Create topic", href: to.createTopic() }}
      before={<Button href={to.inbox()}>Inbox</Button>}
      deletion={(selected, onClose) => <DeleteTopics arns={selected.map(({ TopicArn = "" }) => TopicArn)} onClose={onClose} />}
    />
  );
}

/** Asks, and deletes topics with their subscriptions. */
export function DeleteTopics({ arns, onClose, leaves = false }: { arns: string[]; onClose: (done: boolean) => void; leaves?: boolean }) {
  return (
    <DeleteEach
      what="topic"
      names={arns.map(lastOf)}
      operation={deleteTopic}
      inputs={arns.map((TopicArn) => ({ TopicArn }))}
      leaves={leaves}
      onClose={onClose}
    >
      and all subscriptions will be deleted for good.
    </DeleteEach>
  );
}
