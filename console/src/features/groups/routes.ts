import { to } from "../../app/paths";
import { type Crumb, type NavigationEntry, page } from "../../app/route";

const GROUPS: Crumb[] = [
  { text: "IAM", href: to.iam() },
  { text: "User groups", href: to.groups() },
];

function group(name: string): Crumb[] {
  return [...GROUPS, { text: name, href: to.group(name) }];
}

export const navigation: NavigationEntry[] = [{ section: "IAM", text: "User groups", href: to.groups(), place: 0.5 }];

export const routes = [
  page("iam/groups", () => GROUPS, () => import("./GroupsPage")),
  page("iam/groups/create", () => [...GROUPS, { text: "Create user group", href: to.createGroup() }], () => import("./CreateGroupPage")),
  page("iam/groups/:group", ({ group: name = "" }) => group(name), () => import("./GroupPage")),
  page(
    "iam/groups/:group/create-policy",
    ({ group: name = "" }) => [...group(name), { text: "Create policy", href: to.createGroupPolicy(name) }],
    () => import("../iam/CreateInlinePolicyPage"),
  ),
];
