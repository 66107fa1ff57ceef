import Link from "@cloudscape-design/components/link";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import type { Activity, Permission } from "../../aws/tailrace";
import { isoText } from "../../pieces/texts";

const SIGNS: Record<Activity["Decision"], StatusIndicatorProps.Type> = { Allowed: "success", Denied: "error", Undecided: "stopped" };

/** The decision on a call, told by sign and word. */
export function Decision({ of }: { of: Activity["Decision"] }) {
  return <StatusIndicator type={SIGNS[of]}>{of}</StatusIndicator>;
}

/** An ARN's own part, which tells it from its neighbours: `user/ada`. */
export function short(arn: string | undefined): string {
  return arn?.split(":").slice(5).join(":") || arn || "-";
}

/** The calls, all columns beside the side navigation at 1280 pixels; the time is the link to a call's details. */
export function activityColumns(details: (call: Activity) => string): TableProps.ColumnDefinition<Activity>[] {
  return [
    {
      id: "time",
      header: "Time",
      isRowHeader: true,
      minWidth: 205,
      cell: (call) => (
        <Link href={details(call)} ariaLabel={`Details of ${call.Operation} at ${isoText(call.Time * 1000)}`}>
          {isoText(call.Time * 1000)}
        </Link>
      ),
    },
    { id: "decision", header: "Decision", minWidth: 105, cell: (call) => <Decision of={call.Decision} /> },
    { id: "operation", header: "Operation", minWidth: 160, cell: (call) => `${call.Service}:${call.Operation}` },
    { id: "principal", header: "Principal", minWidth: 105, cell: (call) => <span title={call.PrincipalArn}>{short(call.PrincipalArn)}</span> },
    {
      id: "resource",
      header: "Resource",
      minWidth: 120,
      cell: ({ Resources: [first, ...others] = [] }) => (
        <span title={[first, ...others].join("\n")}>
          {short(first)}
          {others.length > 0 && ` and ${others.length} more`}
        </span>
      ),
    },
    { id: "status", header: "Answer", minWidth: 100, cell: (call) => (call.ErrorCode ? `${call.StatusCode} ${call.ErrorCode}` : call.StatusCode) },
    { id: "ms", header: "Took", minWidth: 75, cell: (call) => (call.Milliseconds === undefined ? "-" : `${call.Milliseconds.toFixed(1)} ms`) },
  ];
}

export const PERMISSION_COLUMNS: TableProps.ColumnDefinition<Permission>[] = [
  { id: "action", header: "Action", isRowHeader: true, cell: (permission) => permission.Action },
  { id: "resource", header: "Resource", cell: (permission) => permission.Resource },
  {
    id: "allowed",
    header: "Decision",
    minWidth: 110,
    cell: (permission) => <Decision of={permission.Allowed ? "Allowed" : "Denied"} />,
  },
  { id: "reason", header: "Why", cell: (permission) => permission.Reason },
];
