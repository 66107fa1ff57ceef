import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { bytesText, timeText } from "../../pieces/texts";

export const FUNCTION_COLUMNS: TableProps.ColumnDefinition<FunctionConfiguration>[] = [
  {
    id: "name",
    header: "Function name",
    isRowHeader: true,
    sortingField: "FunctionName",
    cell: ({ FunctionName: name = "" }) => <Link href={to.function(name)}>{name}</Link>,
  },
  { id: "description", header: "Description", cell: (it) => it.Description || "-" },
  { id: "package", header: "Package type", cell: (it) => it.PackageType ?? "-" },
  { id: "runtime", header: "Runtime", sortingField: "Runtime", cell: (it) => it.Runtime ?? "-" },
  { id: "size", header: "Code size", cell: (it) => bytesText(it.CodeSize ?? 0) },
  {
    id: "modified",
    header: "Last modified",
    sortingField: "LastModified",
    cell: (it) => timeText(it.LastModified ? Date.parse(it.LastModified) : undefined),
  },
];
