import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { timeText } from "../../pieces/texts";
import { type Received, visibility } from "./received";

const BODY_MAX = 80;

/** Received messages at a point of time; an id opens its message. */
export function messageColumns(now: number, open: (message: Received) => void): TableProps.ColumnDefinition<Received>[] {
  return [
    {
      id: "id",
      header: "ID",
      isRowHeader: true,
      cell: (each) => (
        <Link variant="primary" onFollow={() => open(each)} ariaLabel={`Open ${each.id}`}>
          {each.id.slice(0, 8)}
        </Link>
      ),
    },
    { id: "body", header: "Body", cell: (each) => (each.body.length > BODY_MAX ? `${each.body.slice(0, BODY_MAX)}…` : each.body) },
    { id: "sent", header: "Sent", cell: (each) => timeText(each.sent) },
    { id: "receives", header: "Receive count", cell: (each) => each.receives },
    {
      id: "visibility",
      header: "For others",
      minWidth: 160,
      cell: (each) => <StatusIndicator type={each.hiddenUntil > now ? "pending" : "success"}>{visibility(each, now)}</StatusIndicator>,
    },
  ];
}
