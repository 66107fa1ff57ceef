/** Lambda's operations on layers, as the pages use them. */

import {
  DeleteLayerVersionCommand,
  LambdaClient,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(LambdaClient);
const MARKER = { ask: "Marker", got: "NextMarker" } as const;

/** Each with its newest version. */
export const listLayers = every(operation("lambda", client, "ListLayers", ListLayersCommand), MARKER, (answer) => answer.Layers);
/** The newest first; none for a layer that isn't there. */
export const listLayerVersions = every(
  operation("lambda", client, "ListLayerVersions", ListLayerVersionsCommand),
  MARKER,
  (answer) => answer.LayerVersions,
);
export const publishLayerVersion = operation("lambda", client, "PublishLayerVersion", PublishLayerVersionCommand);
export const deleteLayerVersion = operation("lambda", client, "DeleteLayerVersion", DeleteLayerVersionCommand);
