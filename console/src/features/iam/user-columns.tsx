import type { Policy, PolicyVersion, User } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { timeText } from "../../pieces/texts";
import type { KeyInUse } from "./user-queries";

export const USER_COLUMNS: TableProps.ColumnDefinition<User>[] = [
  {
    id: "name",
    header: "User name",
    isRowHeader: true,
    sortingField: "UserName",
    cell: ({ UserName: name = "" }) => <Link href={to.user(name)}>{name}</Link>,
  },
  { id: "path", header: "Path", cell: (user) => user.Path },
  { id: "created", header: "Created", sortingField: "CreateDate", cell: (user) => timeText(user.CreateDate) },
  { id: "arn", header: "ARN", cell: (user) => user.Arn },
];

export const KEY_COLUMNS: TableProps.ColumnDefinition<KeyInUse>[] = [
  { id: "id", header: "Access key ID", isRowHeader: true, cell: (key) => key.AccessKeyId },
  {
    id: "status",
    header: "Status",
    cell: (key) => <StatusIndicator type={key.Status === "Active" ? "success" : "stopped"}>{key.Status}</StatusIndicator>,
  },
  { id: "created", header: "Created", cell: (key) => timeText(key.CreateDate) },
  { id: "used", header: "Last used", cell: (key) => (key.lastUsed ? `${timeText(key.lastUsed)}, ${key.lastService}` : "Never") },
];

export const MANAGED_COLUMNS: TableProps.ColumnDefinition<Policy>[] = [
  {
    id: "name",
    header: "Policy name",
    isRowHeader: true,
    sortingField: "PolicyName",
    cell: ({ PolicyName: name, Arn: arn = "" }) => <Link href={to.policy(arn)}>{name}</Link>,
  },
  { id: "type", header: "Type", cell: ({ Arn: arn = "" }) => (isAws(arn) ? "AWS managed" : "Customer managed") },
  { id: "used", header: "Attached entities", sortingField: "AttachmentCount", cell: (policy) => policy.AttachmentCount ?? 0 },
];

export const VERSION_COLUMNS: TableProps.ColumnDefinition<PolicyVersion>[] = [
  { id: "version", header: "Version", isRowHeader: true, cell: (version) => version.VersionId },
  {
    id: "default",
    header: "In force",
    cell: (version) => (version.IsDefaultVersion ? <StatusIndicator>Default</StatusIndicator> : "-"),
  },
  { id: "created", header: "Created", cell: (version) => timeText(version.CreateDate) },
];

/** Whether a policy is AWS's own, which nobody here can change. */
export function isAws(arn: string): boolean {
  return arn.startsWith("arn:aws:iam::aws:");
}
