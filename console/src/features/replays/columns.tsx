import Link from "@cloudscape-design/components/link";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { functionName } from "../../aws/arn";
import type { Replay } from "../../aws/traces";
import { timeText } from "../../pieces/texts";
import { tableOfStream } from "../traces/table-of-stream";

const SIGNS: Record<Replay["Status"], StatusIndicatorProps.Type> = {
  Pending: "pending",
  Running: "in-progress",
  Completed: "success",
  Cancelled: "stopped",
  Failed: "error",
};

/** How far a replay is, with its sign. */
export function ReplayStatus({ replay }: { replay: Replay }) {
  return <StatusIndicator type={SIGNS[replay.Status]}>{replay.Status}</StatusIndicator>;
}

export const REPLAY_COLUMNS: TableProps.ColumnDefinition<Replay>[] = [
  { id: "id", header: "Replay", isRowHeader: true, cell: ({ ReplayId: id }) => <Link href={to.replay(id)}>{id}</Link> },
  { id: "status", header: "Status", cell: (replay) => <ReplayStatus replay={replay} /> },
  { id: "table", header: "Table", cell: (replay) => tableOfStream(replay.StreamArn) },
  {
    id: "function",
    header: "Function",
    cell: ({ FunctionArn: arn }) => <Link href={to.function(functionName(arn))}>{functionName(arn)}</Link>,
  },
  { id: "sent", header: "Sent", cell: (replay) => replay.RecordsSent },
  { id: "given-up", header: "Given up", cell: (replay) => replay.RecordsGivenUp },
  { id: "created", header: "Started", cell: (replay) => timeText(replay.CreatedTime * 1000) },
];
