import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const DYNAMODB = { text: "DynamoDB", href: to.tables() };
const TABLES = { text: "Tables", href: to.tables() };

export const navigation: NavigationEntry[] = [{ section: "DynamoDB", text: "Tables", href: to.tables(), place: 1 }];

export const routes = [
  page("tables", () => [DYNAMODB, TABLES], () => import("./TablesPage")),
];
