/** IAM's operations on user groups, as the pages use them. */

import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  GetGroupPolicyCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListGroupPoliciesCommand,
  ListGroupsCommand,
  PutGroupPolicyCommand,
  UpdateGroupCommand,
} from "@aws-sdk/client-iam";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(IAMClient);
const MARKER = { ask: "Marker", got: "Marker" } as const;

export const listGroups = every(operation("iam", client, "ListGroups", ListGroupsCommand), MARKER, (answer) => answer.Groups);
export const getGroup = operation("iam", client, "GetGroup", GetGroupCommand);
/** The users of a group, all of them. */
export const listGroupUsers = every({ ...getGroup, name: "GroupUsers" }, MARKER, (answer) => answer.Users);
export const createGroup = operation("iam", client, "CreateGroup", CreateGroupCommand);
export const updateGroup = operation("iam", client, "UpdateGroup", UpdateGroupCommand);
export const deleteGroup = operation("iam", client, "DeleteGroup", DeleteGroupCommand);
export const addUserToGroup = operation("iam", client, "AddUserToGroup", AddUserToGroupCommand);
export const listGroupPolicies = every(
  operation("iam", client, "ListGroupPolicies", ListGroupPoliciesCommand),
  MARKER,
  (answer) => answer.PolicyNames,
);
export const getGroupPolicy = operation("iam", client, "GetGroupPolicy", GetGroupPolicyCommand);
export const putGroupPolicy = operation("iam", client, "PutGroupPolicy", PutGroupPolicyCommand);
export const deleteGroupPolicy = operation("iam", client, "DeleteGroupPolicy", DeleteGroupPolicyCommand);
export const listAttachedGroupPolicies = every(
  operation("iam", client, "ListAttachedGroupPolicies", ListAttachedGroupPoliciesCommand),
  MARKER,
  (answer) => answer.AttachedPolicies,
);
export const attachGroupPolicy = operation("iam", client, "AttachGroupPolicy", AttachGroupPolicyCommand);
export const detachGroupPolicy = operation("iam", client, "DetachGroupPolicy", DetachGroupPolicyCommand);
