import { to } from "../../app/paths";
import { page } from "../../app/route";
import { tableCrumbs } from "../tables/crumbs";

export const routes = [
  page(
    "tables/:table/create-trigger",
    ({ table = "" }) => tableCrumbs(table, { text: "Create a trigger", href: to.createTrigger(table) }),
    () => import("./CreateTriggerPage"),
  ),
];
