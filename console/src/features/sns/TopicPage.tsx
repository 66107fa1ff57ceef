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
import { getTopicAttributes } from "../../aws/sns";
import { Copyable } from "../../pieces/Copyable";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { RefreshButton } from "../../pieces/RefreshButton";
import { useParameter } from "../../pieces/useParameter";
import { EditTopicModal } from "./EditTopicModal";
import { isFifo, lastOf } from "./names";
import { PublishModal } from "./PublishModal";
import { SubscriptionsTab } from "./SubscriptionsTab";
import { TopicPolicyTab } from "./TopicPolicyTab";
import { DeleteTopics } from "./TopicsPage";
import { TopicTagsTab } from "./TopicTagsTab";

type Dialog = "publish" | "edit" | "delete" | null;

/** One topic: who gets its messages, who may use it, and a message to try it with. */
export default function TopicPage() {
  const { topic: arn = "" } = useParams();
  const navigate = useNavigate();
  const [tab, setTab] = useParameter("tab", "subscriptions");
  const [dialog, setDialog] = useState<Dialog>(null);
  const answer = useAws(getTopicAttributes, { TopicArn: arn });
  const attributes = answer.data?.Attributes;
  const name = lastOf(arn);
  const close = () => setDialog(null);
  if (isMissing(answer.error)) return <NotFound what="topic" name={name} back={{ text: "Topics", href: to.topics() }} />;
  if (!attributes) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <RefreshButton of={answer} />
            <Button onClick={() => setDialog("edit")}>Edit</Button>
            <Button onClick={() => setDialog("delete")}>Delete</Button>
            <Button variant="primary" onClick={() => setDialog("publish")}>
              Publish message
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
      <Tabs
        ariaLabel={`Topic ${name}`}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: "subscriptions", label: "Subscriptions", content: <SubscriptionsTab topic={arn} /> },
          { id: "policy", label: "Policies", content: <TopicPolicyTab topic={arn} attributes={attributes} /> },
          { id: "tags", label: "Tags", content: <TopicTagsTab topic={arn} /> },
        ]}
      />
      {dialog === "publish" && <PublishModal topic={arn} onClose={close} />}
      {dialog === "edit" && <EditTopicModal topic={arn} attributes={attributes} onClose={close} />}
      {dialog === "delete" && (
        <DeleteTopics
          arns={[arn]}
          leaves
          onClose={(done) => {
            close();
            if (done) void navigate(to.topics());
          }}
        />
      )}
    </SpaceBetween>
  );
}
