import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../../app/paths";
import { parseArn } from "../../../aws/arn";
import type { Attempt } from "../../../aws/traces";
import { timeText } from "../../../pieces/texts";
import { outcomeOf } from "../../traces/story";
import { TimeBar } from "../../traces/TimeBar";
import type { ListedAttempt } from "./attempts-of";

export const ATTEMPT_COLUMNS: TableProps.ColumnDefinition<ListedAttempt>[] = [
  { id: "time", header: "Time", isRowHeader: true, cell: (attempt) => timeText(attempt.Time * 1000) },
  { id: "source", header: "From", cell: sourceOf },
  {
    id: "outcome",
    header: "Outcome",
    minWidth: 140,
    cell: (attempt) => {
      const { sign, text } = outcomeOf(attempt);
      return (
        <>
          <StatusIndicator type={sign} wrapText={false}>{text}</StatusIndicator>
          {attempt.Error && <div>{attempt.Error}</div>}
          {attempt.Destination && <div>to {attempt.Destination}</div>}
        </>
      );
    },
  },
  { id: "attempt", header: "Attempt", cell: (attempt) => attempt.Attempt ?? "-" },
  { id: "records", header: "Records", cell: (attempt) => attempt.RecordCount ?? "-" },
  { id: "timeline", header: "Timeline", minWidth: 240, cell: (attempt) => <TimeBar attempt={attempt} /> },
  {
    id: "request",
    header: "Request",
    cell: ({ RequestId: id }) => (id ? <Link href={to.trace(id)}>{id}</Link> : "-"),
  },
];

/** What had the function called: a stream, a queue, or an event that somebody left. */
function sourceOf({ StreamArn: stream, QueueArn: queue, EventSourceMappingUUID: mapping }: Attempt) {
  const table = stream ? parseArn(stream)?.resource.split("/")[1] : undefined;
  if (table) return <Link href={to.table(table, "streams")}>DynamoDB: {table}</Link>;
  const name = queue ? parseArn(queue)?.resource : undefined;
  if (name) return <Link href={to.queue(name)}>SQS: {name}</Link>;
  return mapping ?? "Event";
}
