import { to } from "../../app/paths";
import { page } from "../../app/route";

const ROLES = [
  { text: "IAM", href: to.iam() },
  { text: "Roles", href: to.roles() },
];

export const routes = [
  page("iam/roles/create", () => [...ROLES, { text: "Create role", href: to.createRole() }], () => import("./CreateRolePage")),
  page(
    "iam/roles/:role/edit-trust-policy",
    ({ role = "" }) => [
      ...ROLES,
      { text: role, href: to.role(role) },
      { text: "Edit trust policy", href: to.editTrustPolicy(role) },
    ],
    () => import("./EditTrustPolicyPage"),
  ),
];
