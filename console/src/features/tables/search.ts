import { to } from "../../app/paths";
import type { Searched } from "../../app/search";
import { listTables } from "../../aws/dynamodb";

export const what = "Tables";

export const list: Searched["list"] = async (signal) =>
  (await listTables.send({}, signal)).map((name) => ({ text: name, href: to.table(name) }));
