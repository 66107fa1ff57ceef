import { to } from "../../app/paths";
import { type Crumb, type NavigationEntry, page } from "../../app/route";
import { parseArn } from "../../aws/arn";
import { DYNAMODB, tableCrumbs } from "../tables/crumbs";

const BACKUPS: Crumb = { text: "Backups", href: to.backups() };

export const navigation: NavigationEntry[] = [{ section: "DynamoDB", text: "Backups", href: to.backups(), place: 4 }];

/** DynamoDB > Backups > the backup, by the number that its ARN ends with, and what comes below it. */
function crumbs(arn: string, ...below: Crumb[]): Crumb[] {
  return [DYNAMODB, BACKUPS, { text: parseArn(arn)?.resource.split("/").at(-1) ?? arn, href: to.backup(arn) }, ...below];
}

export const routes = [
  page("backups", () => [DYNAMODB, BACKUPS], () => import("./BackupsPage")),
  page("backups/:backup", ({ backup = "" }) => crumbs(backup), () => import("./BackupPage")),
  page(
    "backups/:backup/restore",
    ({ backup = "" }) => crumbs(backup, { text: "Restore table from backup", href: "" }),
    () => import("./RestoreBackupPage"),
  ),
  page(
    "tables/:table/restore",
    ({ table = "" }) => tableCrumbs(table, { text: "Restore table to point in time", href: "" }),
    () => import("./RestoreTablePage"),
  ),
];
