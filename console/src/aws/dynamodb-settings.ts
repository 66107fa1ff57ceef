/** DynamoDB's operations on what else a table has, as the pages use them: tags, its policy, contributor insights. */

import {
  DeleteResourcePolicyCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
  ListContributorInsightsCommand,
  ListTagsOfResourceCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContributorInsightsCommand,
} from "@aws-sdk/client-dynamodb";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(DynamoDBClient);

export const listTags = every(
  operation("dynamodb", client, "ListTagsOfResource", ListTagsOfResourceCommand),
  { ask: "NextToken", got: "NextToken" },
  (answer) => answer.Tags,
);
export const tagResource = operation("dynamodb", client, "TagResource", TagResourceCommand);
export const untagResource = operation("dynamodb", client, "UntagResource", UntagResourceCommand);
export const getResourcePolicy = operation("dynamodb", client, "GetResourcePolicy", GetResourcePolicyCommand);
export const putResourcePolicy = operation("dynamodb", client, "PutResourcePolicy", PutResourcePolicyCommand);
export const deleteResourcePolicy = operation("dynamodb", client, "DeleteResourcePolicy", DeleteResourcePolicyCommand);
export const listContributorInsights = every(
  operation("dynamodb", client, "ListContributorInsights", ListContributorInsightsCommand),
  { ask: "NextToken", got: "NextToken" },
  (answer) => answer.ContributorInsightsSummaries,
);
export const updateContributorInsights = operation("dynamodb", client, "UpdateContributorInsights", UpdateContributorInsightsCommand);
