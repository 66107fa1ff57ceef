/** What would expire by a time: asked of the items themselves, by the rules that the server deletes them by. */

import type { ScanCommandInput, TableDescription } from "@aws-sdk/client-dynamodb";

import { scan } from "../../aws/dynamodb";
import type { Operation } from "../../aws/operation";
import { type Item, itemFromSdk } from "../items/attribute";

/** What has expired longer ago than that is taken for a mistake, and stays. */
const OLDEST_SECONDS = 5 * 365 * 86_400;
const SAMPLE_MAX = 10;
const PAGES_MAX = 20;

export interface TtlQuestion {
  table: TableDescription;
  attribute: string;
  /** Seconds since 1970. */
  by: number;
  /** The server's time, in seconds since 1970. */
  now: number;
}

export interface Expiring {
  count: number;
  /** Those that expire first, the first one first. */
  sample: Item[];
  /** How many items were read. */
  read: number;
  units: number;
  /** Whether the table has more items than were read. */
  more: boolean;
}

/** Scan's input. By then gone are those, too, whose time has come already: from five years before now on. */
export function expiringInput({ table, attribute, by, now }: TtlQuestion): ScanCommandInput {
  const keys = (table.KeySchema ?? []).map((key) => key.AttributeName ?? "");
  const names = Object.fromEntries([...new Set([attribute, ...keys])].map((name, at) => [`#n${at}`, name]));
  const oldest = Math.min(by, now) - OLDEST_SECONDS;
  return {
    TableName: table.TableName,
    FilterExpression: "#n0 > :oldest AND #n0 <= :by",
    ProjectionExpression: Object.keys(names).join(", "),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ":oldest": { N: String(oldest) }, ":by": { N: String(by) } },
    ReturnConsumedCapacity: "TOTAL",
  };
}

/** The ones that expire first, of a sample and of more items. */
export function earliest(sample: Item[], more: Item[], attribute: string): Item[] {
  return [...sample, ...more].sort((one, other) => secondOf(one, attribute) - secondOf(other, attribute)).slice(0, SAMPLE_MAX);
}

/** When an item expires, in seconds since 1970. */
export function secondOf(item: Item, attribute: string): number {
  const value = item[attribute];
  return value && "N" in value ? Math.ceil(Number(value.N)) : NaN;
}

export const expiringItems: Operation<TtlQuestion, Expiring> = {
  service: "dynamodb",
  name: "ExpiringItems",
  send: async (question, signal) => {
    const found: Expiring = { count: 0, sample: [], read: 0, units: 0, more: false };
    let input = expiringInput(question);
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await scan.send(input, signal);
      found.count += answer.Count ?? 0;
      found.read += answer.ScannedCount ?? 0;
      found.units += answer.ConsumedCapacity?.CapacityUnits ?? 0;
      found.sample = earliest(found.sample, (answer.Items ?? []).map(itemFromSdk), question.attribute);
      found.more = answer.LastEvaluatedKey !== undefined;
      if (!found.more) break;
      input = { ...input, ExclusiveStartKey: answer.LastEvaluatedKey };
    }
    return found;
  },
};
