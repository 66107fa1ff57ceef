/** DynamoDB Streams' operations, as the pages use them. */

import { DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand, type Shard } from "@aws-sdk/client-dynamodb-streams";

import { clientOf } from "./clients";
import { operation, type Operation } from "./operation";

const client = clientOf(DynamoDBStreamsClient);
const PAGES_MAX = 100;

export const describeStream = operation("dynamodbstreams", client, "DescribeStream", DescribeStreamCommand);
export const getShardIterator = operation("dynamodbstreams", client, "GetShardIterator", GetShardIteratorCommand);
export const getRecords = operation("dynamodbstreams", client, "GetRecords", GetRecordsCommand);

/** All shards that a stream still lists, parents before their children. */
export const listShards: Operation<{ StreamArn: string }, Shard[]> = {
  service: "dynamodbstreams",
  name: "ListShards",
  send: async (input, signal) => {
    const found: Shard[] = [];
    let start: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const asked = { ...input, ...(start ? { ExclusiveStartShardId: start } : {}) };
      const { StreamDescription: answer } = await describeStream.send(asked, signal);
      found.push(...(answer?.Shards ?? []));
      start = answer?.LastEvaluatedShardId;
      if (!start) break;
    }
    return found;
  },
};
