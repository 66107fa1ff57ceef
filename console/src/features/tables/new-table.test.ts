import { expect, test } from "vitest";

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
