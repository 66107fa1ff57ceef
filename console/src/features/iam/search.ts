import { to } from "../../app/paths";
import type { Searched } from "../../app/search";
import { listRoles } from "../../aws/iam";

export const what = "Roles";

export const list: Searched["list"] = async (signal) =>
  (await listRoles.send({}, signal)).map(({ RoleName: name = "" }) => ({ text: name, href: to.role(name) }));
