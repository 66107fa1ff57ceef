import type { KeySchemaElement, Projection, TableDescription } from "@aws-sdk/client-dynamodb";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { bytesText } from "../../pieces/texts";

export interface Index {
  name: string;
  kind: "Global" | "Local";
  status: string;
  partition: string;
  sort: string;
  projection: string;
  items: number;
  bytes: number;
}

/** All indexes of a table. */
export function indexesOf(table: TableDescription): Index[] {
  const types = Object.fromEntries((table.AttributeDefinitions ?? []).map((it) => [it.AttributeName, it.AttributeType]));
  const key = (schema: KeySchemaElement[] | undefined, kind: string) => {
    const name = schema?.find((each) => each.KeyType === kind)?.AttributeName;
    return name ? `${name} (${types[name]})` : "-";
  };
  const found = [
    ...(table.GlobalSecondaryIndexes ?? []).map((index) => ({ index, kind: "Global" as const, status: index.IndexStatus ?? "" })),
    ...(table.LocalSecondaryIndexes ?? []).map((index) => ({ index, kind: "Local" as const, status: "ACTIVE" })),
  ];
  return found.map(({ index, kind, status }) => ({
    name: index.IndexName ?? "",
    kind,
    status,
    partition: key(index.KeySchema, "HASH"),
    sort: key(index.KeySchema, "RANGE"),
    projection: projectionText(index.Projection),
    items: index.ItemCount ?? 0,
    bytes: index.IndexSizeBytes ?? 0,
  }));
}

function projectionText(projection: Projection | undefined): string {
  if (projection?.ProjectionType === "INCLUDE") return `Include: ${(projection.NonKeyAttributes ?? []).join(", ")}`;
  return projection?.ProjectionType === "KEYS_ONLY" ? "Only keys" : "All";
}

export const INDEX_COLUMNS: TableProps.ColumnDefinition<Index>[] = [
  { id: "name", header: "Name", isRowHeader: true, sortingField: "name", cell: (index) => index.name },
  { id: "kind", header: "Kind", cell: (index) => index.kind },
  {
    id: "status",
    header: "Status",
    cell: ({ status }) => (
      <StatusIndicator type={status === "ACTIVE" ? "success" : "in-progress"}>
        {status.charAt(0) + status.slice(1).toLowerCase()}
      </StatusIndicator>
    ),
  },
  { id: "partition", header: "Partition key", cell: (index) => index.partition },
  { id: "sort", header: "Sort key", cell: (index) => index.sort },
  { id: "projection", header: "Projected attributes", cell: (index) => index.projection },
  { id: "items", header: "Items", cell: (index) => index.items.toLocaleString("en") },
  { id: "bytes", header: "Size", cell: (index) => bytesText(index.bytes) },
];
