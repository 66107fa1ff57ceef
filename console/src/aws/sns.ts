/** SNS' operations, as the pages use them. */

import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(SNSClient);
const TOKEN = { ask: "NextToken", got: "NextToken" } as const;

export const listTopics = every(operation("sns", client, "ListTopics", ListTopicsCommand), TOKEN, (answer) => answer.Topics);
export const createTopic = operation("sns", client, "CreateTopic", CreateTopicCommand);
export const deleteTopic = operation("sns", client, "DeleteTopic", DeleteTopicCommand);
export const getTopicAttributes = operation("sns", client, "GetTopicAttributes", GetTopicAttributesCommand);
export const setTopicAttributes = operation("sns", client, "SetTopicAttributes", SetTopicAttributesCommand);
export const publish = operation("sns", client, "Publish", PublishCommand);
export const subscribe = operation("sns", client, "Subscribe", SubscribeCommand);
export const unsubscribe = operation("sns", client, "Unsubscribe", UnsubscribeCommand);
export const confirmSubscription = operation("sns", client, "ConfirmSubscription", ConfirmSubscriptionCommand);
export const getSubscriptionAttributes = operation(
  "sns",
  client,
  "GetSubscriptionAttributes",
  GetSubscriptionAttributesCommand,
);
export const setSubscriptionAttributes = operation(
  "sns",
  client,
  "SetSubscriptionAttributes",
  SetSubscriptionAttributesCommand,
);
export const listSubscriptions = every(
  operation("sns", client, "ListSubscriptions", ListSubscriptionsCommand),
  TOKEN,
  (answer) => answer.Subscriptions,
);
export const listSubscriptionsByTopic = every(
  operation("sns", client, "ListSubscriptionsByTopic", ListSubscriptionsByTopicCommand),
  TOKEN,
  (answer) => answer.Subscriptions,
);
export const listTopicTags = operation("sns", client, "ListTagsForResource", ListTagsForResourceCommand);
export const tagTopic = operation("sns", client, "TagResource", TagResourceCommand);
export const untagTopic = operation("sns", client, "UntagResource", UntagResourceCommand);
