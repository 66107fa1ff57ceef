import { to } from "../../app/paths";
import type { Searched } from "../../app/search";
import { listGroups } from "../../aws/iam-groups";

export const what = "User groups";

export const list: Searched["list"] = async (signal) =>
  (await listGroups.send({}, signal)).map(({ GroupName: name = "" }) => ({ text: name, href: to.group(name) }));
