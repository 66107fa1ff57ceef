import type { Subscription, Topic } from "@aws-sdk/client-sns";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { isFifo, isPending, lastOf } from "./names";

export const TOPIC_COLUMNS: TableProps.ColumnDefinition<Topic>[] = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    sortingField: "TopicArn",
    cell: ({ TopicArn: arn = "" }) => <Link href={to.topic(arn)}>{lastOf(arn)}</Link>,
  },
  { id: "type", header: "Type", cell: ({ TopicArn: arn = "" }) => (isFifo(arn) ? "FIFO" : "Standard") },
  { id: "arn", header: "ARN", cell: (topic) => topic.TopicArn },
];

export const SUBSCRIPTION_COLUMNS: TableProps.ColumnDefinition<Subscription>[] = [
  {
    id: "id",
    header: "ID",
    isRowHeader: true,
    cell: ({ SubscriptionArn: arn = "" }) => (isPending(arn) ? "Pending confirmation" : lastOf(arn)),
  },
  { id: "endpoint", header: "Endpoint", sortingField: "Endpoint", cell: (subscription) => subscription.Endpoint },
  { id: "protocol", header: "Protocol", sortingField: "Protocol", cell: (subscription) => subscription.Protocol },
  {
    id: "status",
    header: "Status",
    minWidth: 190,
    cell: (subscription) =>
      isPending(subscription.SubscriptionArn) ? (
        <StatusIndicator type="pending">Pending confirmation</StatusIndicator>
      ) : (
        <StatusIndicator>Confirmed</StatusIndicator>
      ),
  },
];
