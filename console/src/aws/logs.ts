/** CloudWatch Logs' operations, as the pages use them. */

import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteQueryDefinitionCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeQueryDefinitionsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  GetLogRecordCommand,
  GetQueryResultsCommand,
  PutQueryDefinitionCommand,
  PutRetentionPolicyCommand,
  StartLiveTailCommand,
  StartQueryCommand,
  StopQueryCommand,
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
export const deleteRetentionPolicy = operation("logs", client, "DeleteRetentionPolicy", DeleteRetentionPolicyCommand);
export const createLogGroup = operation("logs", client, "CreateLogGroup", CreateLogGroupCommand);
export const deleteLogStream = operation("logs", client, "DeleteLogStream", DeleteLogStreamCommand);
export const deleteLogGroup = operation("logs", client, "DeleteLogGroup", DeleteLogGroupCommand);
/** The answer goes on for as long as its `responseStream` is read; aborting the signal ends it. */
export const startLiveTail = operation("logs", client, "StartLiveTail", StartLiveTailCommand);
export const startQuery = operation("logs", client, "StartQuery", StartQueryCommand);
export const getQueryResults = operation("logs", client, "GetQueryResults", GetQueryResultsCommand);
export const stopQuery = operation("logs", client, "StopQuery", StopQueryCommand);
export const getLogRecord = operation("logs", client, "GetLogRecord", GetLogRecordCommand);
export const putQueryDefinition = operation("logs", client, "PutQueryDefinition", PutQueryDefinitionCommand);
export const deleteQueryDefinition = operation("logs", client, "DeleteQueryDefinition", DeleteQueryDefinitionCommand);
export const describeQueryDefinitions = every(
  operation("logs", client, "DescribeQueryDefinitions", DescribeQueryDefinitionsCommand),
  TOKEN,
  (answer) => answer.queryDefinitions,
);
