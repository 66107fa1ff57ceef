/** Lambda's operations, as the pages use them. */

import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(LambdaClient);

export const listFunctions = every(
  operation("lambda", client, "ListFunctions", ListFunctionsCommand),
  { ask: "Marker", got: "NextMarker" },
  (answer) => answer.Functions,
);
export const getFunction = operation("lambda", client, "GetFunction", GetFunctionCommand);
export const getFunctionConfiguration = operation("lambda", client, "GetFunctionConfiguration", GetFunctionConfigurationCommand);
export const createFunction = operation("lambda", client, "CreateFunction", CreateFunctionCommand);
export const invoke = operation("lambda", client, "Invoke", InvokeCommand);
export const deleteFunction = operation("lambda", client, "DeleteFunction", DeleteFunctionCommand);
export const updateFunctionCode = operation("lambda", client, "UpdateFunctionCode", UpdateFunctionCodeCommand);
export const updateFunctionConfiguration = operation(
  "lambda",
  client,
  "UpdateFunctionConfiguration",
  UpdateFunctionConfigurationCommand,
);
export const listEventSourceMappings = every(
  operation("lambda", client, "ListEventSourceMappings", ListEventSourceMappingsCommand),
  { ask: "Marker", got: "NextMarker" },
  (answer) => answer.EventSourceMappings,
);
export const createEventSourceMapping = operation(
  "lambda",
  client,
  "CreateEventSourceMapping",
  CreateEventSourceMappingCommand,
);
export const updateEventSourceMapping = operation(
  "lambda",
  client,
  "UpdateEventSourceMapping",
  UpdateEventSourceMappingCommand,
);
export const deleteEventSourceMapping = operation(
  "lambda",
  client,
  "DeleteEventSourceMapping",
  DeleteEventSourceMappingCommand,
);
