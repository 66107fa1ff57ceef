import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import Link from "@cloudscape-design/components/link";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { functionName } from "../../aws/arn";
import { timeText } from "../../pieces/texts";

/** A trigger's state, with its sign. */
export function TriggerState({ state }: { state: string | undefined }) {
  const signs: Record<string, StatusIndicatorProps.Type> = { Enabled: "success", Disabled: "stopped" };
  return <StatusIndicator type={signs[state ?? ""] ?? "in-progress"}>{state ?? "-"}</StatusIndicator>;
}

function LastResult({ result }: { result: string | undefined }) {
  if (!result || result === "No records processed") return result ?? "-";
  return <StatusIndicator type={result === "OK" ? "success" : "warning"}>{result}</StatusIndicator>;
}

export const TRIGGER_COLUMNS: TableProps.ColumnDefinition<EventSourceMappingConfiguration>[] = [
  {
    id: "function",
    header: "Function",
    isRowHeader: true,
    cell: ({ FunctionArn: arn = "" }) => <Link href={to.function(functionName(arn))}>{functionName(arn)}</Link>,
  },
  { id: "state", header: "State", cell: (trigger) => <TriggerState state={trigger.State} /> },
  { id: "batch", header: "Batch size", cell: (trigger) => trigger.BatchSize },
  { id: "result", header: "Last result", cell: (trigger) => <LastResult result={trigger.LastProcessingResult} /> },
  { id: "modified", header: "Last modified", cell: (trigger) => timeText(trigger.LastModified) },
];
