import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";

import { useChange } from "../../aws/hooks";
import { sendMessage } from "../../aws/sqs";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { attributeMap, type MessageAttribute, MessageAttributes } from "../../pieces/MessageAttributes";
import type { Queue } from "./queue";

const TYPES = [{ value: "String" }, { value: "Number" }];

/** A message for the queue. What was typed stays, so that it can be sent again. */
export function SendPanel({ queue }: { queue: Queue }) {
  const [body, setBody] = useState("");
  const [delay, setDelay] = useState("");
  const [group, setGroup] = useState("");
  const [deduplication, setDeduplication] = useState("");
  const [attributes, setAttributes] = useState<MessageAttribute[]>([]);
  const send = useChange(sendMessage, { says: (answer) => `Message sent. Message ID: ${answer.MessageId}`, ownError: true });
  const submit = () =>
    send.mutate({
      QueueUrl: queue.url,
      MessageBody: body,
      ...(delay && !queue.fifo ? { DelaySeconds: Number(delay) } : {}),
      ...(group ? { MessageGroupId: group } : {}),
      ...(deduplication ? { MessageDeduplicationId: deduplication } : {}),
      ...(attributes.length ? { MessageAttributes: attributeMap(attributes) } : {}),
    });
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button variant="primary" loading={send.isPending} onClick={submit}>
              Send message
            </Button>
          }
        >
          Send message
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={send.error} />
        <FormField label="Message body" stretch>
          <Textarea value={body} rows={4} placeholder="Enter message" onChange={({ detail }) => setBody(detail.value)} />
        </FormField>
        {queue.fifo ? (
          <ColumnLayout columns={2}>
            <FormField label="Message group ID" description="Messages of one group stay in their order.">
              <Input value={group} onChange={({ detail }) => setGroup(detail.value)} />
            </FormField>
            <FormField label={<>Message deduplication ID <i>- optional</i></>} description="Not needed where the content tells duplicates.">
              <Input value={deduplication} onChange={({ detail }) => setDeduplication(detail.value)} />
            </FormField>
          </ColumnLayout>
        ) : (
          <FormField label={<>Delivery delay (seconds) <i>- optional</i></>} description="The queue's own where nothing is given. 0 to 900.">
            <Input type="number" value={delay} onChange={({ detail }) => setDelay(detail.value)} />
          </FormField>
        )}
        <ExpandableSection headerText="Message attributes">
          <MessageAttributes value={attributes} onChange={setAttributes} types={TYPES} />
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}
