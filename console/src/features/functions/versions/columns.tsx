import type { AliasConfiguration, FunctionConfiguration } from "@aws-sdk/client-lambda";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import { Fragment } from "react";

import { to } from "../../../app/paths";
import { bytesText, timeText } from "../../../pieces/texts";
import { sharesOf, sharesText } from "./routing";

/** A published version, and the aliases that lead to it. */
export interface ListedVersion extends FunctionConfiguration {
  aliases: string[];
}

export const VERSION_COLUMNS: TableProps.ColumnDefinition<ListedVersion>[] = [
  {
    id: "version",
    header: "Version",
    isRowHeader: true,
    cell: ({ FunctionName: name = "", Version: version = "" }) => <Link href={to.function(name, { qualifier: version })}>{version}</Link>,
  },
  {
    id: "aliases",
    header: "Aliases",
    cell: ({ FunctionName: name = "", aliases }) =>
      aliases.length === 0
        ? "-"
        : aliases.map((alias, at) => (
            <Fragment key={alias}>
              {at > 0 && ", "}
              <Link href={to.function(name, { qualifier: alias })}>{alias}</Link>
            </Fragment>
          )),
  },
  { id: "description", header: "Description", cell: (it) => it.Description || "-" },
  { id: "size", header: "Code size", cell: (it) => bytesText(it.CodeSize ?? 0) },
  { id: "modified", header: "Last modified", cell: (it) => timeText(Date.parse(it.LastModified ?? "")) },
  { id: "architecture", header: "Architecture", cell: (it) => it.Architectures?.join(", ") ?? "-" },
];

/** The columns of a function's aliases. */
export function aliasColumns(functionName: string): TableProps.ColumnDefinition<AliasConfiguration>[] {
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      cell: ({ Name: name = "" }) => <Link href={to.function(functionName, { qualifier: name })}>{name}</Link>,
    },
    { id: "versions", header: "Versions", cell: (alias) => sharesText(sharesOf(alias)) },
    { id: "description", header: "Description", cell: (alias) => alias.Description || "-" },
  ];
}
