/** IAM's operations, as the pages use them. */

import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(IAMClient);
const MARKER = { ask: "Marker", got: "Marker" } as const;

export const listRoles = every(operation("iam", client, "ListRoles", ListRolesCommand), MARKER, (answer) => answer.Roles);
export const getRole = operation("iam", client, "GetRole", GetRoleCommand);
export const createRole = operation("iam", client, "CreateRole", CreateRoleCommand);
export const listRolePolicies = every(
  operation("iam", client, "ListRolePolicies", ListRolePoliciesCommand),
  MARKER,
  (answer) => answer.PolicyNames,
);
export const listAttachedRolePolicies = every(
  operation("iam", client, "ListAttachedRolePolicies", ListAttachedRolePoliciesCommand),
  MARKER,
  (answer) => answer.AttachedPolicies,
);
export const getRolePolicy = operation("iam", client, "GetRolePolicy", GetRolePolicyCommand);
export const putRolePolicy = operation("iam", client, "PutRolePolicy", PutRolePolicyCommand);
export const deleteRolePolicy = operation("iam", client, "DeleteRolePolicy", DeleteRolePolicyCommand);
export const attachRolePolicy = operation("iam", client, "AttachRolePolicy", AttachRolePolicyCommand);
export const detachRolePolicy = operation("iam", client, "DetachRolePolicy", DetachRolePolicyCommand);
export const listPolicies = every(
  operation("iam", client, "ListPolicies", ListPoliciesCommand),
  MARKER,
  (answer) => answer.Policies,
);
export const getPolicy = operation("iam", client, "GetPolicy", GetPolicyCommand);
export const getPolicyVersion = operation("iam", client, "GetPolicyVersion", GetPolicyVersionCommand);
export const simulatePrincipalPolicy = operation("iam", client, "SimulatePrincipalPolicy", SimulatePrincipalPolicyCommand);
export const putUserPolicy = operation("iam", client, "PutUserPolicy", PutUserPolicyCommand);
