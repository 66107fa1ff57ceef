import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { bytesText, timeText } from "../../pieces/texts";

const KINDS: Record<string, string> = { USER: "On-demand", SYSTEM: "System", AWS_BACKUP: "AWS Backup" };

/** How a backup came about: by hand, or with the deletion of a table that was under point-in-time recovery. */
export function kindText(kind: string | undefined): string {
  return KINDS[kind ?? ""] ?? "-";
}

/** A backup's status, as AWS's console words it. */
export function BackupStatus({ status }: { status: string | undefined }) {
  if (status === "CREATING") return <StatusIndicator type="in-progress">Creating</StatusIndicator>;
  return <StatusIndicator type={status === "AVAILABLE" ? "success" : "stopped"}>{status === "AVAILABLE" ? "Available" : "Deleted"}</StatusIndicator>;
}

/** The columns of backups: those of one table, or of all. */
export function backupColumns(all: boolean): TableProps.ColumnDefinition<BackupSummary>[] {
  const table: TableProps.ColumnDefinition<BackupSummary> = {
    id: "table",
    header: "Table",
    sortingField: "TableName",
    cell: ({ TableName: name = "" }) => <Link href={to.table(name, "backups")}>{name}</Link>,
  };
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      sortingField: "BackupName",
      cell: ({ BackupName: name, BackupArn: arn = "" }) => <Link href={to.backup(arn)}>{name}</Link>,
    },
    { id: "status", header: "Status", cell: ({ BackupStatus: status }) => <BackupStatus status={status} /> },
    ...(all ? [table] : []),
    { id: "created", header: "Creation time", sortingField: "BackupCreationDateTime", cell: (backup) => timeText(backup.BackupCreationDateTime) },
    { id: "kind", header: "Backup type", sortingField: "BackupType", cell: (backup) => kindText(backup.BackupType) },
    { id: "size", header: "Size", sortingField: "BackupSizeBytes", cell: (backup) => bytesText(backup.BackupSizeBytes ?? 0) },
    { id: "expires", header: "Expiration date", cell: (backup) => timeText(backup.BackupExpiryDateTime) },
  ];
}
