/** The queries that somebody has run, newest first: in this browser's localStorage, each account's and region's apart. */

import { session } from "../../../aws/session";
import { readKept, writeKept } from "../../../pieces/kept-list";

export interface AskedQuery {
  query: string;
  groups: string[];
  /** As it stands in the address (time-range.ts). */
  range: string;
  /** When it was last run, in milliseconds since the epoch. */
  at: number;
}

export const ASKED_MAX = 20;

/** What was asked, newest first. */
export function askedQueries(): AskedQuery[] {
  return readKept(key(), isAsked);
}

/** Put a query in front of those that were asked before; the same one stands there once. Returns all that are kept. */
export function rememberQuery(asked: AskedQuery): AskedQuery[] {
  const others = askedQueries().filter((one) => one.query !== asked.query || one.groups.join() !== asked.groups.join());
  try {
    return writeKept(key(), [asked, ...others].slice(0, ASKED_MAX));
  } catch {
    return askedQueries(); // the browser has no more room: the query runs all the same
  }
}

/** Forget them all. */
export function forgetQueries(): AskedQuery[] {
  return writeKept(key(), []);
}

function key(): string {
  const who = session();
  return `tailrace.queries:${who?.account ?? ""}/${who?.region ?? ""}`;
}

function isAsked(found: unknown): found is AskedQuery {
  const has = found as Partial<AskedQuery> | null;
  return typeof has?.query === "string" && typeof has.range === "string" && typeof has.at === "number" && Array.isArray(has.groups) && has.groups.every((group) => typeof group === "string");
}
