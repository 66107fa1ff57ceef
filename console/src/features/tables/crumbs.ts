/** The breadcrumbs down to a table, for its own pages and those of its stream, triggers and items. */

import { to } from "../../app/paths";
import type { Crumb } from "../../app/route";

export const DYNAMODB: Crumb = { text: "DynamoDB", href: to.tables() };
export const TABLES: Crumb = { text: "Tables", href: to.tables() };

/** DynamoDB > Tables > the table, and what comes below it. */
export function tableCrumbs(table: string, ...below: Crumb[]): Crumb[] {
  return [DYNAMODB, TABLES, { text: table, href: to.table(table) }, ...below];
}
