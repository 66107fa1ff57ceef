/** Tags in the two forms that AWS's APIs have them in: a list of keys and values, and an object. */

import type { Tag } from "./TagsContainer";

interface Pair {
  Key: string | undefined;
  Value: string | undefined;
}

export function fromPairs(pairs: Pair[] | undefined): Tag[] {
  return (pairs ?? []).map(({ Key = "", Value = "" }) => ({ key: Key, value: Value }));
}

export function toPairs(tags: Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

export function fromRecord(record: Record<string, string> | undefined): Tag[] {
  return Object.entries(record ?? {}).map(([key, value]) => ({ key, value }));
}

export function toRecord(tags: Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
