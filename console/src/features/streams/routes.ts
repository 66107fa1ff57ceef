import { to } from "../../app/paths";
import { page } from "../../app/route";
import { tableCrumbs } from "../tables/crumbs";

export const routes = [
  page(
    "tables/:table/turn-on-stream",
    ({ table = "" }) => tableCrumbs(table, { text: "Turn on DynamoDB stream", href: to.turnOnStream(table) }),
    () => import("./TurnOnStreamPage"),
  ),
];
