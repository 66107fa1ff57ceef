/** The answer to a question: a page of items, and where the next one begins. */

import type { TableDescription } from "@aws-sdk/client-dynamodb";

import { query, scan } from "../../aws/dynamodb";
import type { Operation } from "../../aws/operation";
import { type Item, itemFromSdk } from "./attribute";
import { type Question, request } from "./question";

export interface Found {
  mode: "query" | "scan";
  items: Item[];
  scanned: number;
  units: number;
  /** The key that the next page begins after, as DynamoDB JSON; undefined: this was the last. */
  next?: string;
}

export const foundItems: Operation<{ table: TableDescription; question: Question; limit: number }, Found> = {
  service: "dynamodb",
  name: "FoundItems",
  send: async ({ table, question, limit }, signal) => {
    const { mode, input } = request(table, question, limit);
    const asked = { ...input, ReturnConsumedCapacity: "TOTAL" as const };
    const answer = mode === "query" ? await query.send(asked, signal) : await scan.send(asked, signal);
    const last = answer.LastEvaluatedKey;
    return {
      mode,
      items: (answer.Items ?? []).map(itemFromSdk),
      scanned: answer.ScannedCount ?? 0,
      units: answer.ConsumedCapacity?.CapacityUnits ?? 0,
      ...(last ? { next: JSON.stringify(itemFromSdk(last)) } : {}),
    };
  },
};
