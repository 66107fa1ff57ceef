import { to } from "../../app/paths";
import type { Searched } from "../../app/search";
import { describeLogGroups } from "../../aws/logs";

export const what = "Log groups";

export const list: Searched["list"] = async (signal) =>
  (await describeLogGroups.send({}, signal)).map(({ logGroupName: name = "" }) => ({ text: name, href: to.logGroup(name) }));
