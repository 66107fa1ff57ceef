import type { LogGroup, LogStream } from "@aws-sdk/client-cloudwatch-logs";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { bytesText, isoText, timeText } from "../../pieces/texts";
import { retentionText } from "./retention";

export const GROUP_COLUMNS: TableProps.ColumnDefinition<LogGroup>[] = [
  {
    id: "name",
    header: "Log group",
    isRowHeader: true,
    sortingField: "logGroupName",
    cell: ({ logGroupName: name = "" }) => <Link href={to.logGroup(name)}>{name}</Link>,
  },
  {
    id: "retention",
    header: "Retention",
    cell: (group) => retentionText(group.retentionInDays),
  },
  { id: "bytes", header: "Stored bytes", cell: (group) => bytesText(group.storedBytes ?? 0) },
  { id: "created", header: "Creation time", sortingField: "creationTime", cell: (group) => timeText(group.creationTime) },
];

/** A group's streams; the group is in the links. */
export function streamColumns(group: string): TableProps.ColumnDefinition<LogStream>[] {
  return [
    {
      id: "name",
      header: "Log stream",
      isRowHeader: true,
      sortingField: "logStreamName",
      cell: ({ logStreamName: name = "" }) => <Link href={to.logStream(group, name)}>{name}</Link>,
    },
    {
      id: "last",
      header: "Last event time",
      sortingField: "lastEventTimestamp",
      cell: (stream) => isoText(stream.lastEventTimestamp),
    },
    {
      id: "first",
      header: "First event time",
      sortingField: "firstEventTimestamp",
      cell: (stream) => isoText(stream.firstEventTimestamp),
    },
  ];
}
