import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { lazy, useState } from "react";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { Copyable } from "../../pieces/Copyable";
import { DetailPage } from "../../pieces/DetailPage";
import { RefreshButton } from "../../pieces/RefreshButton";
import { timeText } from "../../pieces/texts";
import { useDeletion } from "../../pieces/useDeletion";
import { count } from "./columns";
import { DeadLetterTab } from "./DeadLetterTab";
import { describeQueue } from "./queue";
import { QueuePolicyTab } from "./QueuePolicyTab";
import { QueueSettingsTab } from "./QueueSettingsTab";
import { DeleteQueues } from "./QueuesPage";
import { PurgeModal } from "./PurgeModal";
import { QueueTagsTab } from "./QueueTagsTab";
import { QueueTriggersTab } from "./QueueTriggersTab";

const MessageMonitorTab = lazy(() => import("../metrics/MessageMonitorTab"));
const POLL_MS = 3_000;

/** One queue: its counts, its settings, its dead letters, who may use it, and what it triggers. */
export default function QueuePage() {
  const { queue: name = "" } = useParams();
  const [purging, setPurging] = useState(false);
  const deletion = useDeletion(to.queues());
  const answer = useAws(describeQueue, { name }, { every: purging || deletion.asking ? 0 : POLL_MS });
  return (
    <DetailPage
      what="queue"
      name={name}
      back={{ text: "Queues", href: to.queues() }}
      query={answer}
      found={answer.data}
      actions={() => (
        <>
          <RefreshButton of={answer} />
          <Button onClick={deletion.ask}>Delete</Button>
          <Button onClick={() => setPurging(true)}>Purge</Button>
          <Button variant="primary" href={to.messages(name)}>
            Send and receive messages
          </Button>
        </>
      )}
      summary={(queue) => (
        <Container header={<Header variant="h2">Details</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Type", value: queue.fifo ? "FIFO" : "Standard" },
              { label: "Messages available", value: count(queue, "ApproximateNumberOfMessages").toLocaleString("en") },
              { label: "Messages in flight", value: count(queue, "ApproximateNumberOfMessagesNotVisible").toLocaleString("en") },
              { label: "Messages delayed", value: count(queue, "ApproximateNumberOfMessagesDelayed").toLocaleString("en") },
              { label: "Created", value: timeText(count(queue, "CreatedTimestamp") * 1000) },
              { label: "Last updated", value: timeText(count(queue, "LastModifiedTimestamp") * 1000) },
              { label: "URL", value: <Copyable text={queue.url} what="URL" /> },
              { label: "ARN", value: <Copyable text={queue.arn} what="ARN" /> },
            ]}
          />
        </Container>
      )}
      tabs={(queue) => [
        { id: "settings", label: "Configuration", content: <QueueSettingsTab queue={queue} /> },
        { id: "monitor", label: "Monitor", content: <MessageMonitorTab queue={name} /> },
        { id: "dead", label: "Dead-letter queue", content: <DeadLetterTab queue={queue} /> },
        { id: "policy", label: "Access policy", content: <QueuePolicyTab queue={queue} /> },
        { id: "triggers", label: "Lambda triggers", content: <QueueTriggersTab queue={queue} /> },
        { id: "tags", label: "Tags", content: <QueueTagsTab queue={queue} /> },
      ]}
    >
      {(queue) => (
        <>
          {purging && <PurgeModal queue={queue} onClose={() => setPurging(false)} />}
          {deletion.asking && <DeleteQueues leaves queues={[queue]} onClose={deletion.close} />}
        </>
      )}
    </DetailPage>
  );
}
