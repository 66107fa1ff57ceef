import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";
import { DYNAMODB, tableCrumbs, TABLES } from "./crumbs";

export const navigation: NavigationEntry[] = [{ section: "DynamoDB", text: "Tables", href: to.tables(), place: 1 }];

export const routes = [
  page("tables", () => [DYNAMODB, TABLES], () => import("./TablesPage")),
  page("tables/create", () => [DYNAMODB, TABLES, { text: "Create table", href: to.createTable() }], () => import("./CreateTablePage")),
  page("tables/:table", ({ table = "" }) => tableCrumbs(table), () => import("./TablePage")),
];
