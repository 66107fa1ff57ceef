import type { TableProps } from "@cloudscape-design/components/table";

import type { Statement } from "./policy";

export const STATEMENT_COLUMNS: TableProps.ColumnDefinition<Statement>[] = [
  { id: "sid", header: "Statement ID", isRowHeader: true, cell: (statement) => statement.sid },
  { id: "principal", header: "Principal", cell: (statement) => statement.principal },
  { id: "conditions", header: "Conditions", cell: (statement) => statement.conditions.join("; ") || "None" },
  { id: "action", header: "Action", cell: (statement) => statement.action },
];
