import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const IAM = { text: "IAM", href: to.roles() };
const ROLES = { text: "Roles", href: to.roles() };

export const navigation: NavigationEntry[] = [{ section: "IAM", text: "Roles", href: to.roles(), place: 2 }];

export const routes = [
  page("iam/roles", () => [IAM, ROLES], () => import("./RolesPage")),
  page("iam/roles/:role", ({ role = "" }) => [IAM, ROLES, { text: role, href: to.role(role) }], () => import("./RolePage")),
  page(
    "iam/roles/:role/create-policy",
    ({ role = "" }) => [
      IAM,
      ROLES,
      { text: role, href: to.role(role) },
      { text: "Create policy", href: to.createInlinePolicy(role) },
    ],
    () => import("./CreateInlinePolicyPage"),
  ),
];
