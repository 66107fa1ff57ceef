import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import Link from "@cloudscape-design/components/link";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { functionName } from "../../aws/arn";

const SIGNS: Record<string, StatusIndicatorProps.Type> = { Enabled: "success", Disabled: "stopped" };

export const MAPPING_COLUMNS: TableProps.ColumnDefinition<EventSourceMappingConfiguration>[] = [
  {
    id: "function",
    header: "Function name",
    isRowHeader: true,
    cell: ({ FunctionArn: arn = "" }) => <Link href={to.function(functionName(arn))}>{functionName(arn)}</Link>,
  },
  {
    id: "state",
    header: "State",
    cell: ({ State = "" }) => <StatusIndicator type={SIGNS[State] ?? "in-progress"}>{State}</StatusIndicator>,
  },
  { id: "size", header: "Batch size", cell: (mapping) => mapping.BatchSize },
  { id: "result", header: "Last processing result", cell: (mapping) => mapping.LastProcessingResult ?? mapping.StateTransitionReason ?? "-" },
  { id: "uuid", header: "UUID", cell: (mapping) => mapping.UUID },
];
