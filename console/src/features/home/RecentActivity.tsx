import Header from "@cloudscape-design/components/header";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";

import { lastPart } from "../../aws/arn";
import { useAws } from "../../aws/hooks";
import { type Activity, listActivity } from "../../aws/tailrace";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { timeText } from "../../pieces/texts";

const SHOWN = 12;
const POLL_MS = 5_000;
const SIGNS: Record<Activity["Decision"], StatusIndicatorProps.Type> = {
  Allowed: "success",
  Denied: "error",
  Undecided: "info",
};

const COLUMNS: TableProps.ColumnDefinition<Activity>[] = [
  { id: "time", header: "Time", cell: (call) => timeText(call.Time * 1000).split(", ").at(-1) },
  { id: "call", header: "Call", isRowHeader: true, cell: (call) => `${call.Service}:${call.Operation}` },
  { id: "who", header: "By", cell: (call) => lastPart(call.PrincipalArn?.split(":").at(-1) ?? "-") },
  {
    id: "decision",
    header: "Decision",
    minWidth: 105,
    cell: (call) => <StatusIndicator type={SIGNS[call.Decision]}>{call.ErrorCode ?? call.Decision}</StatusIndicator>,
  },
];

/** The last calls that the server answered, but for those of the console's own looking around. */
export function RecentActivity() {
  const activity = useAws(listActivity, { MaxResults: 100 }, { every: POLL_MS });
  const calls = (activity.data?.Activities ?? []).filter((call) => !/^(List|Describe|Get|Simulate|Scan|Query)/.test(call.Operation));
  return (
    <Table
      header={
        <Header variant="h2" description="Who changed what, and what was denied.">
          Recent activity
        </Header>
      }
      items={calls.slice(0, SHOWN)}
      trackBy="RequestId"
      wrapLines
      columnDefinitions={COLUMNS}
      loading={activity.isPending && !activity.error}
      loadingText="Asking for calls"
      empty={activity.error ? <ErrorAlert error={activity.error} /> : "Nothing was changed lately"}
      ariaLabels={{ tableLabel: "Recent activity" }}
    />
  );
}
