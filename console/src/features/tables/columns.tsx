import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import type { TableDescription } from "@aws-sdk/client-dynamodb";

import { to } from "../../app/paths";
import { bytesText } from "../../pieces/texts";

/** How a table's key attribute is shown: `PK (S)`. */
export function keyText(table: TableDescription, kind: "HASH" | "RANGE"): string {
  const name = table.KeySchema?.find((key) => key.KeyType === kind)?.AttributeName;
  const type = table.AttributeDefinitions?.find((attribute) => attribute.AttributeName === name)?.AttributeType;
  return name ? `${name} (${type})` : "-";
}

/** A table's status, as AWS's console words it: a table that is created by a restore is restoring. */
export function TableStatus({ table: { TableStatus: status, RestoreSummary: restore } }: { table: TableDescription }) {
  const named = status ? status.charAt(0) + status.slice(1).toLowerCase().replaceAll("_", " ") : "-";
  const words = status === "CREATING" && restore?.RestoreInProgress ? "Restoring" : named;
  return <StatusIndicator type={status === "ACTIVE" ? "success" : "in-progress"}>{words}</StatusIndicator>;
}

export const TABLE_COLUMNS: TableProps.ColumnDefinition<TableDescription>[] = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    sortingField: "TableName",
    cell: (table) => <Link href={to.table(table.TableName ?? "")}>{table.TableName}</Link>,
  },
  { id: "status", header: "Status", cell: (table) => <TableStatus table={table} /> },
  { id: "partition-key", header: "Partition key", cell: (table) => keyText(table, "HASH") },
  { id: "sort-key", header: "Sort key", cell: (table) => keyText(table, "RANGE") },
  { id: "indexes", header: "Indexes", cell: (table) => (table.GlobalSecondaryIndexes?.length ?? 0) + (table.LocalSecondaryIndexes?.length ?? 0) },
  { id: "stream", header: "Stream", cell: (table) => (table.StreamSpecification?.StreamEnabled ? "On" : "Off") },
  { id: "items", header: "Items", cell: (table) => table.ItemCount ?? 0 },
  { id: "size", header: "Size", cell: (table) => bytesText(table.TableSizeBytes ?? 0) },
];
