import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";

import { useSteps } from "../../aws/hooks";
import { changeMessageVisibility, deleteMessage, receiveMessage } from "../../aws/sqs";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { MessageModal } from "./MessageModal";
import { messageColumns } from "./message-columns";
import type { Queue } from "./queue";
import { merged, type Received, received } from "./received";

const BATCH = 10;
const ROUNDS_MAX = 10; // so that a full queue is not emptied into one page
const TICK_MS = 1_000;

/** The messages that wait: received here, so hidden from others for a while, and shown until they are deleted or given back. */
export function ReceivePanel({ queue }: { queue: Queue }) {
  const [messages, setMessages] = useState<Received[]>([]);
  const [selected, setSelected] = useState<Received[]>([]);
  const [opened, setOpened] = useState<Received | null>(null);
  const [timeout, setTimeout] = useState(queue.attributes.VisibilityTimeout ?? "30");
  const now = useNow(messages.length > 0);
  const without = (gone: Received[]) => {
    setMessages((before) => before.filter((each) => !gone.some((it) => it.id === each.id)));
    setSelected([]);
  };
  const poll = useSteps<number, undefined>(
    async (seconds, step) => {
      for (let round = 0; round < ROUNDS_MAX; round++) {
        const answer = await step(receiveMessage, {
          QueueUrl: queue.url,
          MaxNumberOfMessages: BATCH,
          VisibilityTimeout: seconds,
          WaitTimeSeconds: round === 0 ? 1 : 0,
          MessageSystemAttributeNames: ["All"],
          MessageAttributeNames: ["All"],
        });
        const got = answer.Messages ?? [];
        setMessages((before) => merged(before, got.map((message) => received(message, Date.now(), seconds))));
        if (got.length === 0) break;
      }
      return undefined;
    },
    { touches: ["sqs"], ownError: true },
  );
  const remove = useSteps<Received[], undefined>(
    async (all, step) => {
      for (const each of all) await step(deleteMessage, { QueueUrl: queue.url, ReceiptHandle: each.handle });
      return undefined;
    },
    { touches: ["sqs"], says: (_answer, all) => `${all.length} ${all.length === 1 ? "message" : "messages"} deleted.`, ownError: true },
  );
  const giveBack = useSteps<Received[], undefined>(
    async (all, step) => {
      for (const each of all) {
        if (each.hiddenUntil <= Date.now()) continue; // it is visible already
        await step(changeMessageVisibility, { QueueUrl: queue.url, ReceiptHandle: each.handle, VisibilityTimeout: 0 });
      }
      return undefined;
    },
    { touches: ["sqs"], says: "The messages can be received by others again.", ownError: true },
  );
  const available = Number(queue.attributes.ApproximateNumberOfMessages ?? 0);
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={poll.error ?? remove.error ?? giveBack.error} />
      <Table
        items={messages}
        columnDefinitions={messageColumns(now, setOpened)}
        trackBy="id"
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        empty={`No messages were received yet; ${available.toLocaleString("en")} wait in the queue.`}
        ariaLabels={{
          tableLabel: "Messages",
          selectionGroupLabel: "Choice of messages",
          allItemsSelectionLabel: () => "Choose all messages",
          itemSelectionLabel: (_chosen, each) => `Choose ${each.id}`,
        }}
        header={
          <Header
            variant="h2"
            counter={`(${messages.length})`}
            description="Looking at messages receives them: others don't get them until the time is over, or you give them back. None is deleted."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  disabled={selected.length === 0}
                  loading={giveBack.isPending}
                  onClick={() => giveBack.mutate(selected, { onSuccess: () => without(selected) })}
                >
                  Give back
                </Button>
                <Button
                  disabled={selected.length === 0}
                  loading={remove.isPending}
                  onClick={() => remove.mutate(selected, { onSuccess: () => without(selected) })}
                >
                  Delete
                </Button>
                <Button variant="primary" loading={poll.isPending} onClick={() => poll.mutate(Number(timeout))}>
                  Poll for messages
                </Button>
              </SpaceBetween>
            }
          >
            Receive messages
          </Header>
        }
        filter={
          <FormField label="Hide them from others for (seconds)">
            <Input type="number" value={timeout} onChange={({ detail }) => setTimeout(detail.value)} />
          </FormField>
        }
      />
      {opened && <MessageModal message={opened} onClose={() => setOpened(null)} />}
    </SpaceBetween>
  );
}

/** The time, while somebody looks at it run. */
function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
