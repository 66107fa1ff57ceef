/** CloudWatch Logs' operations, as the pages use them. */

import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutRetentionPolicyCommand,
  StartLiveTailCommand,
} from "@aws-sdk/client-cloudwatch-logs";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(CloudWatchLogsClient);
const TOKEN = { ask: "nextToken", got: "nextToken" } as const;

export const describeLogGroups = every(
  operation("logs", client, "DescribeLogGroups", DescribeLogGroupsCommand),
  TOKEN,
  (answer) => answer.logGroups,
);
export const describeLogStreams = operation("logs", client, "DescribeLogStreams", DescribeLogStreamsCommand);
export const getLogEvents = operation("logs", client, "GetLogEvents", GetLogEventsCommand);
export const filterLogEvents = operation("logs", client, "FilterLogEvents", FilterLogEventsCommand);
export const putRetentionPolicy = operation("logs", client, "PutRetentionPolicy", PutRetentionPolicyCommand);
export const deleteLogGroup = operation("logs", client, "DeleteLogGroup", DeleteLogGroupCommand);
/** The answer goes on for as long as its `responseStream` is read; aborting the signal ends it. */
export const startLiveTail = operation("logs", client, "StartLiveTail", StartLiveTailCommand);
