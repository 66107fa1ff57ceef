import type { Role } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { timeText } from "../../pieces/texts";

/** Who may take a role on, from its trust policy. */
export function trusted(document: string | undefined): string {
  try {
    const { Statement } = JSON.parse(decodeURIComponent(document ?? "")) as { Statement: { Principal?: unknown }[] };
    const principals = [Statement].flat().map((statement) => statement.Principal);
    const names = principals.flatMap((who) => (typeof who === "string" ? [who] : Object.values(who ?? {}).flat()));
    return names.join(", ");
  } catch {
    return "-";
  }
}

export const ROLE_COLUMNS: TableProps.ColumnDefinition<Role>[] = [
  {
    id: "name",
    header: "Role name",
    isRowHeader: true,
    sortingField: "RoleName",
    cell: ({ RoleName: name = "" }) => <Link href={to.role(name)}>{name}</Link>,
  },
  { id: "trusted", header: "Trusted entities", cell: (role) => trusted(role.AssumeRolePolicyDocument) },
  { id: "created", header: "Created", sortingField: "CreateDate", cell: (role) => timeText(role.CreateDate) },
];
