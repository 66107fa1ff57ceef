import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { lazy, useState } from "react";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { getTopicAttributes } from "../../aws/sns";
import { Copyable } from "../../pieces/Copyable";
import { DetailPage } from "../../pieces/DetailPage";
import { RefreshButton } from "../../pieces/RefreshButton";
import { useDeletion } from "../../pieces/useDeletion";
import { EditTopicModal } from "./EditTopicModal";
import { isFifo, lastOf } from "./names";
import { PublishModal } from "./PublishModal";
import { SubscriptionsTab } from "./SubscriptionsTab";
import { TopicPolicyTab } from "./TopicPolicyTab";
import { DeleteTopics } from "./TopicsPage";
import { TopicTagsTab } from "./TopicTagsTab";

const MessageMonitorTab = lazy(() => import("../metrics/MessageMonitorTab"));

/** One topic: who gets its messages, who may use it, and a message to try it with. */
export default function TopicPage() {
  const { topic: arn = "" } = useParams();
  const [dialog, setDialog] = useState<"publish" | "edit" | null>(null);
  const deletion = useDeletion(to.topics());
  const answer = useAws(getTopicAttributes, { TopicArn: arn });
  const name = lastOf(arn);
  const close = () => setDialog(null);
  return (
    <DetailPage
      what="topic"
      name={name}
      back={{ text: "Topics", href: to.topics() }}
      query={answer}
      found={answer.data?.Attributes}
      actions={() => (
        <>
          <RefreshButton of={answer} />
          <Button onClick={() => setDialog("edit")}>Edit</Button>
          <Button onClick={deletion.ask}>Delete</Button>
          <Button variant="primary" onClick={() => setDialog("publish")}>
            Publish message
          </Button>
        </>
      )}
      summary={(attributes) => (
        <Container header={<Header variant="h2">Details</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Display name", value: attributes.DisplayName || "-" },
              { label: "Type", value: isFifo(arn) ? "FIFO" : "Standard" },
              {
                label: "Subscriptions",
                value: `${attributes.SubscriptionsConfirmed} confirmed, ${attributes.SubscriptionsPending} pending`,
              },
              { label: "ARN", value: <Copyable text={arn} what="ARN" /> },
              ...(isFifo(arn)
                ? [{ label: "Content-based deduplication", value: attributes.ContentBasedDeduplication === "true" ? "On" : "Off" }]
                : []),
            ]}
          />
        </Container>
      )}
      tabs={(attributes) => [
        { id: "subscriptions", label: "Subscriptions", content: <SubscriptionsTab topic={arn} /> },
        { id: "monitor", label: "Monitor", content: <MessageMonitorTab topic={name} /> },
        { id: "policy", label: "Policies", content: <TopicPolicyTab topic={arn} attributes={attributes} /> },
        { id: "tags", label: "Tags", content: <TopicTagsTab topic={arn} /> },
      ]}
    >
      {(attributes) => (
        <>
          {dialog === "publish" && <PublishModal topic={arn} onClose={close} />}
          {dialog === "edit" && <EditTopicModal topic={arn} attributes={attributes} onClose={close} />}
          {deletion.asking && <DeleteTopics arns={[arn]} leaves onClose={deletion.close} />}
        </>
      )}
    </DetailPage>
  );
}
