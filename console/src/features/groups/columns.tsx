import type { Group } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { timeText } from "../../pieces/texts";

export const GROUP_COLUMNS: TableProps.ColumnDefinition<Group>[] = [
  {
    id: "name",
    header: "Group name",
    isRowHeader: true,
    sortingField: "GroupName",
    cell: ({ GroupName: name = "" }) => <Link href={to.group(name)}>{name}</Link>,
  },
  { id: "path", header: "Path", cell: (group) => group.Path },
  { id: "created", header: "Creation time", sortingField: "CreateDate", cell: (group) => timeText(group.CreateDate) },
  { id: "arn", header: "ARN", cell: (group) => group.Arn },
];
