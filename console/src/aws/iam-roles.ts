/** IAM's operations on roles, boundaries and tags, as the pages use them. */

import {
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  IAMClient,
  ListRoleTagsCommand,
  ListUserTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagRoleCommand,
  UntagUserCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(IAMClient);
const MARKER = { ask: "Marker", got: "Marker" } as const;

export const updateRole = operation("iam", client, "UpdateRole", UpdateRoleCommand);
export const updateAssumeRolePolicy = operation("iam", client, "UpdateAssumeRolePolicy", UpdateAssumeRolePolicyCommand);
export const deleteRole = operation("iam", client, "DeleteRole", DeleteRoleCommand);
export const putRoleBoundary = operation("iam", client, "PutRolePermissionsBoundary", PutRolePermissionsBoundaryCommand);
export const deleteRoleBoundary = operation("iam", client, "DeleteRolePermissionsBoundary", DeleteRolePermissionsBoundaryCommand);
export const putUserBoundary = operation("iam", client, "PutUserPermissionsBoundary", PutUserPermissionsBoundaryCommand);
export const deleteUserBoundary = operation("iam", client, "DeleteUserPermissionsBoundary", DeleteUserPermissionsBoundaryCommand);
export const listRoleTags = every(operation("iam", client, "ListRoleTags", ListRoleTagsCommand), MARKER, (answer) => answer.Tags);
export const tagRole = operation("iam", client, "TagRole", TagRoleCommand);
export const untagRole = operation("iam", client, "UntagRole", UntagRoleCommand);
export const listUserTags = every(operation("iam", client, "ListUserTags", ListUserTagsCommand), MARKER, (answer) => answer.Tags);
export const tagUser = operation("iam", client, "TagUser", TagUserCommand);
export const untagUser = operation("iam", client, "UntagUser", UntagUserCommand);
