import { to } from "../../app/paths";
import { type Crumb, type NavigationEntry, page } from "../../app/route";
import { lastPart } from "../../aws/arn";

const IAM = { text: "IAM", href: to.iam() };
const USERS = { text: "Users", href: to.users() };
const POLICIES = { text: "Policies", href: to.policies() };
const GROUPS = { text: "User groups", href: to.groups() };
const ROLES = { text: "Roles", href: to.roles() };

export const navigation: NavigationEntry[] = [
  { section: "IAM", text: "Dashboard", href: to.iam(), place: 0 },
  { section: "IAM", text: "Users", href: to.users(), place: 1 },
  { section: "IAM", text: "Roles", href: to.roles(), place: 2 },
  { section: "IAM", text: "Policies", href: to.policies(), place: 3 },
];

const editor = () => import("./EditPolicyPage");

function editing(before: Crumb[]): Crumb[] {
  return [...before, { text: "Edit policy", href: before.at(-1)?.href ?? to.policies() }];
}

function ofHolder(kind: string, name: string): Crumb[] {
  if (kind === "roles") return [ROLES, { text: name, href: to.role(name) }];
  if (kind === "groups") return [GROUPS, { text: name, href: to.group(name) }];
  return [USERS, { text: name, href: to.user(name) }];
}

export const routes = [
  page("iam", () => [IAM, { text: "Dashboard", href: to.iam() }], () => import("./DashboardPage")),
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
  page("iam/users", () => [IAM, USERS], () => import("./UsersPage")),
  page("iam/users/create", () => [IAM, USERS, { text: "Create user", href: to.createUser() }], () => import("./CreateUserPage")),
  page("iam/users/:user", ({ user = "" }) => [IAM, USERS, { text: user, href: to.user(user) }], () => import("./UserPage")),
  page(
    "iam/users/:user/create-policy",
    ({ user = "" }) => [
      IAM,
      USERS,
      { text: user, href: to.user(user) },
      { text: "Create policy", href: to.createUserPolicy(user) },
    ],
    () => import("./CreateInlinePolicyPage"),
  ),
  page("iam/policies", () => [IAM, POLICIES], () => import("./PoliciesPage")),
  page("iam/policies/create", () => [IAM, POLICIES, { text: "Create policy", href: to.createPolicy() }], () => import("./CreatePolicyPage")),
  page("iam/policies/:policy/edit", ({ policy = "" }) => editing([IAM, POLICIES, { text: lastPart(policy), href: to.policy(policy) }]), editor),
  page("iam/:kind/:holder/policies/:policy/edit", ({ kind = "", holder = "" }) => editing([IAM, ...ofHolder(kind, holder)]), editor),
  page(
    "iam/policies/:policy",
    ({ policy = "" }) => [IAM, POLICIES, { text: lastPart(policy), href: to.policy(policy) }],
    () => import("./PolicyPage"),
  ),
];
