/** Lambda's operations on versions and aliases, as the pages use them. */

import {
  CreateAliasCommand,
  DeleteAliasCommand,
  LambdaClient,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(LambdaClient);
const MARKER = { ask: "Marker", got: "NextMarker" } as const;

/** $LATEST is the first of them. */
export const listVersions = every(
  operation("lambda", client, "ListVersionsByFunction", ListVersionsByFunctionCommand),
  MARKER,
  (answer) => answer.Versions,
);
export const publishVersion = operation("lambda", client, "PublishVersion", PublishVersionCommand);
export const listAliases = every(operation("lambda", client, "ListAliases", ListAliasesCommand), MARKER, (answer) => answer.Aliases);
export const createAlias = operation("lambda", client, "CreateAlias", CreateAliasCommand);
export const updateAlias = operation("lambda", client, "UpdateAlias", UpdateAliasCommand);
export const deleteAlias = operation("lambda", client, "DeleteAlias", DeleteAliasCommand);
