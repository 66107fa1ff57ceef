// Where the server is, which the SDK reads from AWS_ENDPOINT_URL itself, and what every test file starts from.
import { randomUUID } from "node:crypto";
import { DynamoDBClient, CreateTableCommand, waitUntilTableExists } from "@aws-sdk/client-dynamodb";

export const connect = () => new DynamoDBClient({ maxAttempts: 1 });
export const client = connect();

export const unique = (name) => `${name}-${randomUUID().slice(0, 8)}`;

// Makes a table with string keys `pk` and `sk`, and with an index for each [name, hash, range], whose keys are strings.
export async function createTable(name, ...indexes) {
  const keys = (hash, range) => [
    { AttributeName: hash, KeyType: "HASH" },
    { AttributeName: range, KeyType: "RANGE" },
  ];
  const attributes = new Set(["pk", "sk", ...indexes.flatMap(([, ...names]) => names)]);
  const TableName = unique(name);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys("pk", "sk"),
      AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      GlobalSecondaryIndexes: indexes.length
        ? indexes.map(([IndexName, hash, range]) => ({
            IndexName,
            KeySchema: keys(hash, range),
            Projection: { ProjectionType: "ALL" },
          }))
        : undefined,
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName });
  return TableName;
}
