/** DynamoDB's operations, as the pages use them. */

import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type TableDescription,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";

import { clientOf } from "./clients";
import { every, operation, type Operation } from "./operation";

const client = clientOf(DynamoDBClient);

export const listTables = every(
  operation("dynamodb", client, "ListTables", ListTablesCommand),
  { ask: "ExclusiveStartTableName", got: "LastEvaluatedTableName" },
  (answer) => answer.TableNames,
);
export const describeTable = operation("dynamodb", client, "DescribeTable", DescribeTableCommand);
export const createTable = operation("dynamodb", client, "CreateTable", CreateTableCommand);
export const updateTable = operation("dynamodb", client, "UpdateTable", UpdateTableCommand);
export const deleteTable = operation("dynamodb", client, "DeleteTable", DeleteTableCommand);
export const describeTimeToLive = operation("dynamodb", client, "DescribeTimeToLive", DescribeTimeToLiveCommand);
export const updateTimeToLive = operation("dynamodb", client, "UpdateTimeToLive", UpdateTimeToLiveCommand);
export const getItem = operation("dynamodb", client, "GetItem", GetItemCommand);
export const putItem = operation("dynamodb", client, "PutItem", PutItemCommand);
export const updateItem = operation("dynamodb", client, "UpdateItem", UpdateItemCommand);
export const deleteItem = operation("dynamodb", client, "DeleteItem", DeleteItemCommand);
export const query = operation("dynamodb", client, "Query", QueryCommand);
export const executeStatement = operation("dynamodb", client, "ExecuteStatement", ExecuteStatementCommand);
export const scan = operation("dynamodb", client, "Scan", ScanCommand);

/** The descriptions of all tables of the region. */
export const describeTables: Operation<object, TableDescription[]> = {
  service: "dynamodb",
  name: "DescribeTables",
  send: async (_input, signal) => {
    const names = await listTables.send({}, signal);
    const answers = await Promise.all(names.map((TableName) => describeTable.send({ TableName }, signal)));
    return answers.flatMap(({ Table }) => (Table ? [Table] : []));
  },
};
