import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";

import { useChange } from "../../aws/hooks";
import { publish } from "../../aws/sns";
import { FormModal } from "../../pieces/FormModal";
import { attributeMap, type MessageAttribute, MessageAttributes } from "../../pieces/MessageAttributes";
import { isFifo } from "./names";

/** Publish a message to a topic. */
export function PublishModal({ topic, onClose }: { topic: string; onClose: () => void }) {
  const fifo = isFifo(topic);
  const [subject, setSubject] = useState("");
  const [message, setMessage] = useState("");
  const [group, setGroup] = useState("");
  const [deduplication, setDeduplication] = useState("");
  const [attributes, setAttributes] = useState<MessageAttribute[]>([]);
  // What it causes shows in queues, functions' logs and the inbox.
  const send = useChange(publish, {
    touches: ["sns", "sqs", "tailrace", "logs"],
    says: (answer) => `Message published. Message ID: ${answer.MessageId}`,
    ownError: true,
  });
  const submit = () =>
    send.mutate(
      {
        TopicArn: topic,
        Message: message,
        ...(subject ? { Subject: subject } : {}),
        ...(group ? { MessageGroupId: group } : {}),
        ...(deduplication ? { MessageDeduplicationId: deduplication } : {}),
        ...(attributes.length ? { MessageAttributes: attributeMap(attributes) } : {}),
      },
      { onSuccess: onClose },
    );
  return (
    <FormModal size="large" title="Publish message" action="Publish message" busy={send.isPending} error={send.error} onSubmit={submit} onClose={onClose}>
      <FormField label={<>Subject <i>- optional</i></>} description="The subject of mails.">
        <Input value={subject} onChange={({ detail }) => setSubject(detail.value)} />
      </FormField>
      {fifo && (
        <>
          <FormField label="Message group ID" description="Messages of one group stay in their order.">
            <Input value={group} onChange={({ detail }) => setGroup(detail.value)} />
          </FormField>
          <FormField label={<>Message deduplication ID <i>- optional</i></>}>
            <Input value={deduplication} onChange={({ detail }) => setDeduplication(detail.value)} />
          </FormField>
        </>
      )}
      <FormField label="Message body" stretch>
        <Textarea value={message} rows={6} onChange={({ detail }) => setMessage(detail.value)} />
      </FormField>
      <MessageAttributes value={attributes} onChange={setAttributes} />
    </FormModal>
  );
}
