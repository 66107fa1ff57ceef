/** A stream's record as the tail shows it. What is searched and sorted by is made once, when the record arrives. */

import type { _Record } from "@aws-sdk/client-dynamodb-streams";

import { type Item, itemFromSdk, shortText } from "../../items/attribute";
import { summary } from "./diff";

export interface TailRecord {
  eventId: string;
  /** INSERT, MODIFY or REMOVE. */
  event: string;
  shard: string;
  sequenceNumber: string;
  /** Milliseconds since 1970, to the second. */
  time: number;
  keys: Item;
  before: Item | undefined;
  after: Item | undefined;
  /** Who wrote it, where it wasn't a person: DynamoDB itself, for what was past its time to live. */
  by: string | undefined;
  key: string;
  change: string;
  /** All texts of the record, in lower case. */
  words: string;
  /** By this a record is older or newer than another, whichever shard it is from. */
  order: string;
}

const NUMBER_DIGITS = 40;

/** A record of a shard. */
export function tailRecord(found: _Record, shard: string): TailRecord {
  const told = found.dynamodb ?? {};
  const keys = itemFromSdk(told.Keys ?? {});
  const before = told.OldImage && itemFromSdk(told.OldImage);
  const after = told.NewImage && itemFromSdk(told.NewImage);
  const time = told.ApproximateCreationDateTime?.getTime() ?? 0;
  const sequenceNumber = told.SequenceNumber ?? "";
  const event = found.eventName ?? "";
  const images = [keys, before, after].map((item) => (item ? shortText({ M: item }) : "")).join(" ");
  return {
    eventId: found.eventID ?? "",
    event,
    shard,
    sequenceNumber,
    time,
    keys,
    before,
    after,
    by: found.userIdentity?.PrincipalId,
    key: Object.values(keys).map(shortText).join(" / "),
    change: changeOf(event, before, after),
    words: `${event} ${found.eventID} ${sequenceNumber} ${images}`.toLowerCase(),
    order: `${String(time).padStart(16, "0")}${sequenceNumber.padStart(NUMBER_DIGITS, "0")}`,
  };
}

/** With one image of a change, which has two, it can't be told what changed. */
function changeOf(event: string, before: Item | undefined, after: Item | undefined): string {
  return event === "MODIFY" && (!before || !after) ? "Changed" : summary(before, after);
}

/** The two lists as one, newest first, at most `max` of them. Both are newest first, and have no record in common. */
export function merged(one: readonly TailRecord[], other: readonly TailRecord[], max: number): TailRecord[] {
  const [last, first] = [one.at(-1), other[0]];
  if (!first || !last || last.order > first.order) return [...one, ...other].slice(0, max);
  return [...one, ...other].sort((a, b) => (a.order < b.order ? 1 : -1)).slice(0, max);
}
