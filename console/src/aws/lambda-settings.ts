/** Lambda's operations on what stands beside a function's configuration: its URLs, events, concurrency, policy and tags. */

import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetPolicyCommand,
  LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionUrlConfigsCommand,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(LambdaClient);
const MARKER = { ask: "Marker", got: "NextMarker" } as const;

/** The URLs of a function and of its aliases; none is no error, as it is when one alone is asked for. */
export const listUrls = every(
  operation("lambda", client, "ListFunctionUrlConfigs", ListFunctionUrlConfigsCommand),
  MARKER,
  (answer) => answer.FunctionUrlConfigs,
);
export const createUrl = operation("lambda", client, "CreateFunctionUrlConfig", CreateFunctionUrlConfigCommand);
export const updateUrl = operation("lambda", client, "UpdateFunctionUrlConfig", UpdateFunctionUrlConfigCommand);
export const deleteUrl = operation("lambda", client, "DeleteFunctionUrlConfig", DeleteFunctionUrlConfigCommand);

/** The settings of events of all qualifiers that have some. */
export const listEventConfigs = every(
  operation("lambda", client, "ListFunctionEventInvokeConfigs", ListFunctionEventInvokeConfigsCommand),
  MARKER,
  (answer) => answer.FunctionEventInvokeConfigs,
);
export const putEventConfig = operation("lambda", client, "PutFunctionEventInvokeConfig", PutFunctionEventInvokeConfigCommand);
export const deleteEventConfig = operation("lambda", client, "DeleteFunctionEventInvokeConfig", DeleteFunctionEventInvokeConfigCommand);

export const getConcurrency = operation("lambda", client, "GetFunctionConcurrency", GetFunctionConcurrencyCommand);
export const putConcurrency = operation("lambda", client, "PutFunctionConcurrency", PutFunctionConcurrencyCommand);
export const deleteConcurrency = operation("lambda", client, "DeleteFunctionConcurrency", DeleteFunctionConcurrencyCommand);
export const getAccountSettings = operation("lambda", client, "GetAccountSettings", GetAccountSettingsCommand);

export const getPolicy = operation("lambda", client, "GetPolicy", GetPolicyCommand);
export const addPermission = operation("lambda", client, "AddPermission", AddPermissionCommand);
export const removePermission = operation("lambda", client, "RemovePermission", RemovePermissionCommand);

export const listFunctionTags = operation("lambda", client, "ListTags", ListTagsCommand);
export const tagFunction = operation("lambda", client, "TagResource", TagResourceCommand);
export const untagFunction = operation("lambda", client, "UntagResource", UntagResourceCommand);
