/** What a table and its global indexes may read and write, as the form holds it, and the request that changes it. */

import type { OnDemandThroughput, TableDescription, UpdateTableCommandInput } from "@aws-sdk/client-dynamodb";

export interface Units {
  /** Empty: the table itself. */
  index: string;
  read: string;
  write: string;
}

export interface Capacity {
  provisioned: boolean;
  /** Of the table, then of each global index. */
  units: Units[];
  /** The most that an on-demand table takes; empty: no maximum. */
  maximum: { read: string; write: string };
}

const DEFAULT_UNITS = 5;
const NO_MAXIMUM = -1;

export function isOnDemand(table: TableDescription): boolean {
  return table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST";
}

/** A maximum as it is shown; AWS writes none as -1. */
function maximumText(units: number | undefined): string {
  return units === undefined || units === NO_MAXIMUM ? "" : String(units);
}

/** The capacity that a table has. On demand, five units are proposed for when it is provisioned. */
export function capacityOf(table: TableDescription): Capacity {
  const parts = [{ ...table, IndexName: "" }, ...(table.GlobalSecondaryIndexes ?? [])];
  return {
    provisioned: !isOnDemand(table),
    units: parts.map(({ IndexName: index = "", ProvisionedThroughput: units }) => ({
      index,
      read: String(units?.ReadCapacityUnits || DEFAULT_UNITS),
      write: String(units?.WriteCapacityUnits || DEFAULT_UNITS),
    })),
    maximum: {
      read: maximumText(table.OnDemandThroughput?.MaxReadRequestUnits),
      write: maximumText(table.OnDemandThroughput?.MaxWriteRequestUnits),
    },
  };
}

/** UpdateTable's input for what differs from before; null where nothing does. Units that stay are refused by AWS. */
export function capacityInput(TableName: string, before: Capacity, after: Capacity): UpdateTableCommandInput | null {
  const turned = before.provisioned !== after.provisioned;
  if (!after.provisioned) {
    const { read, write } = after.maximum;
    const changed = read !== before.maximum.read || write !== before.maximum.write;
    const OnDemandThroughput: OnDemandThroughput = {
      MaxReadRequestUnits: read ? Number(read) : NO_MAXIMUM,
      MaxWriteRequestUnits: write ? Number(write) : NO_MAXIMUM,
    };
    if (!turned && !changed) return null;
    return { TableName, ...(turned ? { BillingMode: "PAY_PER_REQUEST" } : {}), ...(changed ? { OnDemandThroughput } : {}) };
  }
  const changed = after.units.filter((units, at) => turned || !isSame(units, before.units[at]));
  if (changed.length === 0) return null;
  const own = changed.find((units) => units.index === "");
  const indexes = changed.filter((units) => units.index !== "");
  return {
    TableName,
    ...(turned ? { BillingMode: "PROVISIONED" } : {}),
    ...(own ? { ProvisionedThroughput: throughput(own) } : {}),
    ...(indexes.length
      ? { GlobalSecondaryIndexUpdates: indexes.map((each) => ({ Update: { IndexName: each.index, ProvisionedThroughput: throughput(each) } })) }
      : {}),
  };
}

function isSame(one: Units, other: Units | undefined): boolean {
  return one.read === other?.read && one.write === other.write;
}

function throughput({ read, write }: Units) {
  return { ReadCapacityUnits: Number(read), WriteCapacityUnits: Number(write) };
}
