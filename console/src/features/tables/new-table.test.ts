import { expect, test } from "vitest";

import { newIndex } from "./new-index";
import { createTableInput, NEW_TABLE } from "./new-table";

const NAMED = { ...NEW_TABLE, name: "T", partition: { name: "PK", type: "S" as const } };

test("a table without a sort key has one attribute, and is paid by request", () => {
  expect(createTableInput(NAMED)).toEqual({
    TableName: "T",
    AttributeDefinitions: [{ AttributeName: "PK", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "PK", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
  });
});

test("settings count only where they are customized", () => {
  const chosen = { ...NAMED, provisioned: true, protected: true };
  expect(createTableInput(chosen).ProvisionedThroughput).toBeUndefined();
  const customized = createTableInput({ ...chosen, customized: true });
  expect(customized.ProvisionedThroughput).toEqual({ ReadCapacityUnits: 5, WriteCapacityUnits: 5 });
  expect(customized.DeletionProtectionEnabled).toBe(true);
});

test("indexes bring their attributes, and a local one has the partition key that the table has by now", () => {
  const byStocks = { ...newIndex("Local", { name: "Old", type: "S" as const }), sort: { name: "Stocks", type: "N" as const } };
  const byOwner = { ...newIndex("Global"), partition: { name: "Owner", type: "S" as const }, projection: "INCLUDE" as const, included: "A, B" };
  const form = { ...NAMED, customized: true, provisioned: true, indexes: [byStocks, byOwner] };
  const { AttributeDefinitions: defined, LocalSecondaryIndexes: local, GlobalSecondaryIndexes: global } = createTableInput(form);
  expect(defined?.map((each) => each.AttributeName)).toEqual(["PK", "Stocks", "Owner"]);
  expect(local).toEqual([
    {
      IndexName: "Stocks-index",
      KeySchema: [
        { AttributeName: "PK", KeyType: "HASH" },
        { AttributeName: "Stocks", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "ALL" },
    },
  ]);
  expect(global?.[0]).toMatchObject({
    IndexName: "Owner-index",
    Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["A", "B"] },
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  });
  expect(createTableInput({ ...form, customized: false }).GlobalSecondaryIndexes).toBeUndefined();
});
