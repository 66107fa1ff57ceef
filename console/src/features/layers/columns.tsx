import type { LayersListItem, LayerVersionsListItem } from "@aws-sdk/client-lambda";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { Copyable } from "../../pieces/Copyable";
import { timeText } from "../../pieces/texts";

/** The columns that layers, by their newest version, and the versions of one layer share. */
function columnsOf<Item>(version: (item: Item) => LayerVersionsListItem): TableProps.ColumnDefinition<Item>[] {
  return [
    { id: "description", header: "Description", cell: (item) => version(item).Description || "-" },
    { id: "runtimes", header: "Compatible runtimes", cell: (item) => version(item).CompatibleRuntimes?.join(", ") || "-" },
    { id: "architectures", header: "Compatible architectures", cell: (item) => version(item).CompatibleArchitectures?.join(", ") || "-" },
    { id: "created", header: "Created", cell: (item) => timeText(Date.parse(version(item).CreatedDate ?? "")) },
  ];
}

export const LAYER_COLUMNS: TableProps.ColumnDefinition<LayersListItem>[] = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    sortingField: "LayerName",
    cell: ({ LayerName: name = "" }) => <Link href={to.layer(name)}>{name}</Link>,
  },
  { id: "version", header: "Version", cell: ({ LatestMatchingVersion: latest }) => latest?.Version ?? "-" },
  ...columnsOf<LayersListItem>((layer) => layer.LatestMatchingVersion ?? {}),
];

export const LAYER_VERSION_COLUMNS: TableProps.ColumnDefinition<LayerVersionsListItem>[] = [
  { id: "version", header: "Version", isRowHeader: true, cell: (version) => version.Version },
  { id: "arn", header: "Version ARN", cell: (version) => <Copyable text={version.LayerVersionArn ?? ""} what={`ARN of version ${version.Version}`} /> },
  ...columnsOf<LayerVersionsListItem>((version) => version),
];
