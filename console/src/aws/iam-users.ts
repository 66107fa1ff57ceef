/** IAM's operations on users and managed policies, as the pages use them. */

import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListGroupsForUserCommand,
  ListPolicyVersionsCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  RemoveUserFromGroupCommand,
  SetDefaultPolicyVersionCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(IAMClient);
const MARKER = { ask: "Marker", got: "Marker" } as const;

export const listUsers = every(operation("iam", client, "ListUsers", ListUsersCommand), MARKER, (answer) => answer.Users);
export const getUser = operation("iam", client, "GetUser", GetUserCommand);
export const createUser = operation("iam", client, "CreateUser", CreateUserCommand);
export const deleteUser = operation("iam", client, "DeleteUser", DeleteUserCommand);
export const listAccessKeys = every(
  operation("iam", client, "ListAccessKeys", ListAccessKeysCommand),
  MARKER,
  (answer) => answer.AccessKeyMetadata,
);
export const createAccessKey = operation("iam", client, "CreateAccessKey", CreateAccessKeyCommand);
export const updateAccessKey = operation("iam", client, "UpdateAccessKey", UpdateAccessKeyCommand);
export const deleteAccessKey = operation("iam", client, "DeleteAccessKey", DeleteAccessKeyCommand);
export const getAccessKeyLastUsed = operation("iam", client, "GetAccessKeyLastUsed", GetAccessKeyLastUsedCommand);
export const listUserPolicies = every(
  operation("iam", client, "ListUserPolicies", ListUserPoliciesCommand),
  MARKER,
  (answer) => answer.PolicyNames,
);
export const getUserPolicy = operation("iam", client, "GetUserPolicy", GetUserPolicyCommand);
export const deleteUserPolicy = operation("iam", client, "DeleteUserPolicy", DeleteUserPolicyCommand);
export const listAttachedUserPolicies = every(
  operation("iam", client, "ListAttachedUserPolicies", ListAttachedUserPoliciesCommand),
  MARKER,
  (answer) => answer.AttachedPolicies,
);
export const attachUserPolicy = operation("iam", client, "AttachUserPolicy", AttachUserPolicyCommand);
export const detachUserPolicy = operation("iam", client, "DetachUserPolicy", DetachUserPolicyCommand);
export const listGroupsForUser = every(
  operation("iam", client, "ListGroupsForUser", ListGroupsForUserCommand),
  MARKER,
  (answer) => answer.Groups,
);
export const removeUserFromGroup = operation("iam", client, "RemoveUserFromGroup", RemoveUserFromGroupCommand);
export const createPolicy = operation("iam", client, "CreatePolicy", CreatePolicyCommand);
export const deletePolicy = operation("iam", client, "DeletePolicy", DeletePolicyCommand);
export const listPolicyVersions = every(
  operation("iam", client, "ListPolicyVersions", ListPolicyVersionsCommand),
  MARKER,
  (answer) => answer.Versions,
);
export const createPolicyVersion = operation("iam", client, "CreatePolicyVersion", CreatePolicyVersionCommand);
export const deletePolicyVersion = operation("iam", client, "DeletePolicyVersion", DeletePolicyVersionCommand);
export const setDefaultPolicyVersion = operation("iam", client, "SetDefaultPolicyVersion", SetDefaultPolicyVersionCommand);
export const listEntitiesForPolicy = operation("iam", client, "ListEntitiesForPolicy", ListEntitiesForPolicyCommand);
