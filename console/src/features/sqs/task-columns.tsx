import type { ListMessageMoveTasksResultEntry } from "@aws-sdk/client-sqs";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { timeText } from "../../pieces/texts";
import { queueName } from "./queue";

const SIGNS: Record<string, StatusIndicatorProps.Type> = {
  RUNNING: "in-progress",
  CANCELLING: "in-progress",
  COMPLETED: "success",
  CANCELLED: "stopped",
  FAILED: "error",
};

type Task = ListMessageMoveTasksResultEntry & { id: string };

export const TASK_COLUMNS: TableProps.ColumnDefinition<Task>[] = [
  { id: "started", header: "Started", isRowHeader: true, cell: (task) => timeText(task.StartedTimestamp) },
  {
    id: "status",
    header: "Status",
    cell: ({ Status = "", FailureReason }) => (
      <StatusIndicator type={SIGNS[Status] ?? "info"}>{FailureReason ? `${Status}: ${FailureReason}` : Status}</StatusIndicator>
    ),
  },
  {
    id: "moved",
    header: "Messages moved",
    cell: (task) => `${task.ApproximateNumberOfMessagesMoved ?? 0} of ${task.ApproximateNumberOfMessagesToMove ?? "?"}`,
  },
  {
    id: "target",
    header: "Destination",
    cell: (task) => (task.DestinationArn ? queueName(task.DestinationArn) : "The source queues"),
  },
];
