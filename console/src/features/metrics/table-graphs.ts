/** The graphs of a table's Monitor tab, by AWS's titles. */

import type { TableDescription } from "@aws-sdk/client-dynamodb";

import { type Graph, type Line, perSecond } from "./graph";

const NAMESPACE = "AWS/DynamoDB";
const READS = ["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"];
const WRITES = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];
const THROTTLING = "A server that runs with --throttle holds tables to their throughput.";

/** The graphs of a table and its global indexes. */
export function tableGraphs(table: TableDescription): Graph[] {
  const TableName = table.TableName ?? "";
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName ?? "");
  const line = (title: string, metric: string, statistic: string, dimensions: Record<string, string> = {}): Line => ({
    title,
    namespace: NAMESPACE,
    metric,
    statistic,
    dimensions: { TableName, ...dimensions },
  });
  /** A line of the table, and one of each global index. */
  const parts = (metric: string): Line[] => [
    line("Table", metric, "Sum"),
    ...indexes.map((GlobalSecondaryIndexName) => line(GlobalSecondaryIndexName, metric, "Sum", { GlobalSecondaryIndexName })),
  ];
  const each = (operations: string[], metric: string, statistic: string): Line[] =>
    operations.map((Operation) => line(Operation, metric, statistic, { Operation }));
  const usage = (metric: string): Line[] => parts(metric).map((one) => ({ ...one, shown: perSecond }));
  const latency = (what: string, Operation: string): Graph => ({
    title: `${what} latency (milliseconds)`,
    lines: [
      line("Average", "SuccessfulRequestLatency", "Average", { Operation }),
      line("p99", "SuccessfulRequestLatency", "p99", { Operation }),
    ],
    filledBy: `Each successful ${Operation} of the table counts here.`,
  });
  const stream: Record<string, string> = { Operation: "GetRecords", StreamLabel: table.LatestStreamLabel ?? "" };
  return [
    { title: "Read usage (average units/second)", lines: usage("ConsumedReadCapacityUnits"), filledBy: "Reading items consumes read units." },
    { title: "Write usage (average units/second)", lines: usage("ConsumedWriteCapacityUnits"), filledBy: "Writing items consumes write units." },
    { title: "Read throttled requests (count)", lines: each(READS, "ThrottledRequests", "Sum"), filledBy: THROTTLING },
    { title: "Write throttled requests (count)", lines: each(WRITES, "ThrottledRequests", "Sum"), filledBy: THROTTLING },
    { title: "Read throttled events (count)", lines: parts("ReadThrottleEvents"), filledBy: THROTTLING },
    { title: "Write throttled events (count)", lines: parts("WriteThrottleEvents"), filledBy: THROTTLING },
    latency("Get", "GetItem"),
    latency("Put", "PutItem"),
    latency("Query", "Query"),
    latency("Scan", "Scan"),
    latency("Update", "UpdateItem"),
    latency("Delete", "DeleteItem"),
    {
      title: "Returned item count (count)",
      lines: each(["Query", "Scan", "ExecuteStatement"], "ReturnedItemCount", "Sum"),
      filledBy: "Items that a Query, a Scan or a SELECT returns count here.",
    },
    {
      title: "Conditional check failed (count)",
      lines: [line("Table", "ConditionalCheckFailedRequests", "Sum")],
      filledBy: "Writes whose condition doesn't hold count here.",
    },
    {
      title: "TTL deleted items (count)",
      lines: [line("Table", "TimeToLiveDeletedItemCount", "Sum")],
      filledBy: "Items whose time to live is over count here when they are deleted.",
    },
    {
      title: "System errors (count)",
      lines: each([...READS, ...WRITES], "SystemErrors", "Sum"),
      filledBy: "Requests that the server could not answer count here.",
    },
    ...(table.LatestStreamLabel
      ? [
          {
            title: "Stream: GetRecords returned records (count)",
            lines: [line("Records", "ReturnedRecordsCount", "Sum", stream)],
            filledBy: "Records that GetRecords returns count here; what triggers read themselves doesn't.",
          },
        ]
      : []),
  ];
}
