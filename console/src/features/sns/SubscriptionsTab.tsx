import type { Subscription } from "@aws-sdk/client-sns";
import Button from "@cloudscape-design/components/button";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws, useChange, useSteps } from "../../aws/hooks";
import type { Operation } from "../../aws/operation";
import { listSubscriptionsByTopic, subscribe, unsubscribe } from "../../aws/sns";
import { ResourceTable } from "../../pieces/ResourceTable";
import { SUBSCRIPTION_COLUMNS } from "./columns";
import { ConfirmModal } from "./ConfirmModal";
import { isPending } from "./names";
import { SubscriptionModal } from "./SubscriptionModal";

const POLL_MS = 3_000;

type Row = Subscription & { id: string };

/** All that wait have the same ARN, so that a row is known by protocol and endpoint. */
const subscriptions: Operation<{ TopicArn: string }, Row[]> = {
  ...listSubscriptionsByTopic,
  send: async (input, signal) =>
    (await listSubscriptionsByTopic.send(input, signal)).map((each) => ({ ...each, id: `${each.Protocol} ${each.Endpoint}` })),
};

/** Who gets the messages of a topic. */
export function SubscriptionsTab({ topic }: { topic: string }) {
  const answer = useAws(subscriptions, { TopicArn: topic }, { every: POLL_MS });
  const [selected, setSelected] = useState<Row[]>([]);
  const [dialog, setDialog] = useState<"confirm" | "edit" | null>(null);
  const [one] = selected;
  const remove = useSteps<Row[], undefined>(
    async (all, step) => {
      for (const { SubscriptionArn } of all) await step(unsubscribe, { SubscriptionArn });
      return undefined;
    },
    { touches: ["sns"], says: "Subscriptions deleted." },
  );
  const again = useChange(subscribe, { touches: ["sns", "tailrace"], says: "The confirmation has been asked for once more." });
  const single = selected.length === 1;
  return (
    <>
      <ResourceTable
        variant="container"
        query={answer}
        columns={SUBSCRIPTION_COLUMNS as TableProps.ColumnDefinition<Row>[]}
        title="Subscriptions"
        what="subscriptions"
        trackBy="id"
        selection={{ selected, onSelect: setSelected }}
        actions={
          <>
            <Button disabled={!single || isPending(one?.SubscriptionArn)} onClick={() => setDialog("edit")}>
              Edit
            </Button>
            <Button
              disabled={selected.length === 0 || selected.some((each) => isPending(each.SubscriptionArn))}
              disabledReason={selected.length ? "One that is pending goes by itself after three days" : undefined}
              loading={remove.isPending}
              onClick={() => remove.mutate(selected, { onSuccess: () => setSelected([]) })}
            >
              Delete
            </Button>
            <Button
              disabled={!single || !isPending(one?.SubscriptionArn)}
              loading={again.isPending}
              onClick={() => again.mutate({ TopicArn: topic, Protocol: one?.Protocol, Endpoint: one?.Endpoint })}
            >
              Request confirmation
            </Button>
            <Button onClick={() => setDialog("confirm")}>Confirm subscription</Button>
            <Button variant="primary" href={to.createSubscription(topic)}>
              Create subscription
            </Button>
          </>
        }
      />
      {dialog === "confirm" && <ConfirmModal topic={topic} onClose={() => setDialog(null)} />}
      {dialog === "edit" && one && <SubscriptionModal arn={one.SubscriptionArn ?? ""} onClose={() => setDialog(null)} />}
    </>
  );
}
