import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { Copyable } from "../../pieces/Copyable";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { RefreshButton } from "../../pieces/RefreshButton";
import { timeText } from "../../pieces/texts";
import { useParameter } from "../../pieces/useParameter";
import { count } from "./columns";
import { DeadLetterTab } from "./DeadLetterTab";
import { describeQueue } from "./queue";
import { QueuePolicyTab } from "./QueuePolicyTab";
import { QueueSettingsTab } from "./QueueSettingsTab";
import { DeleteQueues } from "./QueuesPage";
import { PurgeModal } from "./PurgeModal";
import { QueueTagsTab } from "./QueueTagsTab";
import { QueueTriggersTab } from "./QueueTriggersTab";

const POLL_MS = 3_000;

/** One queue: its counts, its settings, its dead letters, who may use it, and what it triggers. */
export default function QueuePage() {
  const { queue: name = "" } = useParams();
  const navigate = useNavigate();
  const [tab, setTab] = useParameter("tab", "settings");
  const [dialog, setDialog] = useState<"purge" | "delete" | null>(null);
  const answer = useAws(describeQueue, { name }, { every: dialog ? 0 : POLL_MS });
  const queue = answer.data;
  if (isMissing(answer.error)) return <NotFound what="queue" name={name} back={{ text: "Queues", href: to.queues() }} />;
  if (!queue) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <RefreshButton of={answer} />
            <Button onClick={() => setDialog("delete")}>Delete</Button>
            <Button onClick={() => setDialog("purge")}>Purge</Button>
            <Button variant="primary" href={to.messages(name)}>
              Send and receive messages
            </Button>
          </SpaceBetween>
        }
      >
        {name}
      </Header>
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
      <Tabs
        ariaLabel={`Queue ${name}`}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: "settings", label: "Configuration", content: <QueueSettingsTab queue={queue} /> },
          { id: "dead", label: "Dead-letter queue", content: <DeadLetterTab queue={queue} /> },
          { id: "policy", label: "Access policy", content: <QueuePolicyTab queue={queue} /> },
          { id: "triggers", label: "Lambda triggers", content: <QueueTriggersTab queue={queue} /> },
          { id: "tags", label: "Tags", content: <QueueTagsTab queue={queue} /> },
        ]}
      />
      {dialog === "purge" && <PurgeModal queue={queue} onClose={() => setDialog(null)} />}
      {dialog === "delete" && (
        <DeleteQueues
          leaves
          queues={[queue]}
          onClose={(done) => {
            if (done) void navigate(to.queues());
            else setDialog(null);
          }}
        />
      )}
    </SpaceBetween>
  );
}
