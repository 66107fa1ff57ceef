import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";

import { capacityInput, capacityOf } from "./capacity";

const units = (read: number, write: number) => ({ ReadCapacityUnits: read, WriteCapacityUnits: write });
const PROVISIONED = {
  TableName: "T",
  ProvisionedThroughput: units(5, 6),
  GlobalSecondaryIndexes: [{ IndexName: "I", ProvisionedThroughput: units(7, 8) }],
} as TableDescription;
const ON_DEMAND = { TableName: "T", BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" } } as TableDescription;

test("only units that change are sent, for AWS refuses those that stay", () => {
  const before = capacityOf(PROVISIONED);
  expect(capacityInput("T", before, before)).toBeNull();
  const after = { ...before, units: before.units.map((each) => (each.index ? { ...each, read: "9" } : each)) };
  expect(capacityInput("T", before, after)).toEqual({
    TableName: "T",
    GlobalSecondaryIndexUpdates: [{ Update: { IndexName: "I", ProvisionedThroughput: units(9, 8) } }],
  });
});

test("a table that is provisioned from now on gets units for its indexes, too", () => {
  const before = { ...capacityOf(PROVISIONED), provisioned: false };
  expect(capacityInput("T", before, { ...before, provisioned: true })).toEqual({
    TableName: "T",
    BillingMode: "PROVISIONED",
    ProvisionedThroughput: units(5, 6),
    GlobalSecondaryIndexUpdates: [{ Update: { IndexName: "I", ProvisionedThroughput: units(7, 8) } }],
  });
});

test("an on-demand table may have a maximum, and lose it", () => {
  const before = capacityOf(ON_DEMAND);
  const limited = { ...before, maximum: { read: "100", write: "" } };
  const OnDemandThroughput = { MaxReadRequestUnits: 100, MaxWriteRequestUnits: -1 };
  expect(capacityInput("T", before, limited)).toEqual({ TableName: "T", OnDemandThroughput });
  expect(capacityOf({ ...ON_DEMAND, OnDemandThroughput })).toEqual(limited);
  expect(capacityInput("T", limited, before)?.OnDemandThroughput?.MaxReadRequestUnits).toBe(-1);
});
