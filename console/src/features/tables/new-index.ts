/** What the form for a new index holds, and what it is in a request. */

import type { AttributeDefinition, KeySchemaElement, Projection, ProjectionType, ScalarAttributeType } from "@aws-sdk/client-dynamodb";

export interface Key {
  name: string;
  type: ScalarAttributeType;
}

export interface NewIndex {
  /** A local one has the table's partition key, and is made with the table alone. */
  kind: "Global" | "Local";
  /** Empty: named after its keys. */
  name: string;
  partition: Key;
  sort: Key;
  projection: ProjectionType;
  /** Names of attributes, with commas between them. */
  included: string;
}

const NO_KEY: Key = { name: "", type: "S" };

/** An empty form. A local index gets the table's partition key. */
export function newIndex(kind: NewIndex["kind"], partition: Key = NO_KEY): NewIndex {
  return { kind, name: "", partition, sort: NO_KEY, projection: "ALL", included: "" };
}

/** The name that is given, or one of the keys: AWS's console proposes it so. A local one is told by its sort key. */
export function indexName({ kind, name, partition, sort }: NewIndex): string {
  return name || [...(kind === "Global" ? [partition.name] : []), sort.name, "index"].filter(Boolean).join("-");
}

/** The keys that an index has: with a sort key or without one. */
function keysOf({ partition, sort }: NewIndex): Key[] {
  return [partition, sort].filter((key) => key.name);
}

/** Whether an index can be asked for. */
export function isComplete(index: NewIndex): boolean {
  return index.partition.name !== "" && (index.kind === "Global" || index.sort.name !== "");
}

/** An index in CreateTable and UpdateTable. */
export function indexInput(index: NewIndex): { IndexName: string; KeySchema: KeySchemaElement[]; Projection: Projection } {
  const names = index.included.split(",").map((name) => name.trim()).filter(Boolean);
  return {
    IndexName: indexName(index),
    KeySchema: keySchema(keysOf(index)),
    Projection: {
      ProjectionType: index.projection,
      ...(index.projection === "INCLUDE" ? { NonKeyAttributes: names } : {}),
    },
  };
}

/** A partition key, and a sort key if there is one. */
export function keySchema(keys: Key[]): KeySchemaElement[] {
  return keys.map((key, at) => ({ AttributeName: key.name, KeyType: at === 0 ? "HASH" : "RANGE" }));
}

/** AttributeDefinitions of keys and indexes; one that is of two types stands twice, and is refused by the API. */
export function definitions(keys: Key[], indexes: NewIndex[]): AttributeDefinition[] {
  const all = [...keys, ...indexes.flatMap(keysOf)];
  const first = all.filter((key, at) => all.findIndex((other) => other.name === key.name && other.type === key.type) === at);
  return first.map((key) => ({ AttributeName: key.name, AttributeType: key.type }));
}
