import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";
import { DYNAMODB } from "../tables/crumbs";

const EXPLORE = { text: "Explore items", href: to.items() };

export const navigation: NavigationEntry[] = [{ section: "DynamoDB", text: "Explore items", href: to.items(), place: 2 }];

export const routes = [
  page("items", () => [DYNAMODB, EXPLORE], () => import("./ExplorePage")),
  page("items/:table", ({ table = "" }) => [DYNAMODB, EXPLORE, { text: table, href: to.items(table) }], () => import("./ExplorePage")),
  page(
    "items/:table/create",
    ({ table = "" }) => [
      DYNAMODB,
      EXPLORE,
      { text: table, href: to.items(table) },
      { text: "Create item", href: to.createItem(table) },
    ],
    () => import("./EditItemPage"),
  ),
  page(
    "items/:table/edit",
    ({ table = "" }) => [DYNAMODB, EXPLORE, { text: table, href: to.items(table) }, { text: "Edit item", href: "" }],
    () => import("./EditItemPage"),
  ),
];
