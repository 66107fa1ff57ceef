/** SQS' operations, as the pages use them. */

import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";

import { clientOf, type Settings } from "./clients";
import { every, operation } from "./operation";

/** Queue URLs name the host that the server was told it has; the page talks to the one it came from. */
class Client extends SQSClient {
  constructor(settings: Settings) {
    super({ ...settings, useQueueUrlAsEndpoint: false });
  }
}

const client = clientOf(Client);
const TOKEN = { ask: "NextToken", got: "NextToken" } as const;

/** Give it MaxResults: without, SQS answers with the first thousand alone. */
export const listQueues = every(operation("sqs", client, "ListQueues", ListQueuesCommand), TOKEN, (answer) => answer.QueueUrls);
export const getQueueUrl = operation("sqs", client, "GetQueueUrl", GetQueueUrlCommand);
export const createQueue = operation("sqs", client, "CreateQueue", CreateQueueCommand);
export const deleteQueue = operation("sqs", client, "DeleteQueue", DeleteQueueCommand);
export const purgeQueue = operation("sqs", client, "PurgeQueue", PurgeQueueCommand);
export const getQueueAttributes = operation("sqs", client, "GetQueueAttributes", GetQueueAttributesCommand);
export const setQueueAttributes = operation("sqs", client, "SetQueueAttributes", SetQueueAttributesCommand);
export const sendMessage = operation("sqs", client, "SendMessage", SendMessageCommand);
export const receiveMessage = operation("sqs", client, "ReceiveMessage", ReceiveMessageCommand);
export const deleteMessage = operation("sqs", client, "DeleteMessage", DeleteMessageCommand);
export const changeMessageVisibility = operation("sqs", client, "ChangeMessageVisibility", ChangeMessageVisibilityCommand);
export const listDeadLetterSourceQueues = every(
  operation("sqs", client, "ListDeadLetterSourceQueues", ListDeadLetterSourceQueuesCommand),
  TOKEN,
  (answer) => answer.queueUrls,
);
export const startMessageMoveTask = operation("sqs", client, "StartMessageMoveTask", StartMessageMoveTaskCommand);
export const cancelMessageMoveTask = operation("sqs", client, "CancelMessageMoveTask", CancelMessageMoveTaskCommand);
export const listMessageMoveTasks = operation("sqs", client, "ListMessageMoveTasks", ListMessageMoveTasksCommand);
export const listQueueTags = operation("sqs", client, "ListQueueTags", ListQueueTagsCommand);
export const tagQueue = operation("sqs", client, "TagQueue", TagQueueCommand);
export const untagQueue = operation("sqs", client, "UntagQueue", UntagQueueCommand);
