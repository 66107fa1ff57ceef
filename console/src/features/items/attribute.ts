/**
 * Items as the editor has them: DynamoDB JSON, in which a number is its text and binary is base64, so that nothing is
 * rounded, sorted or turned into another type on its way. They become the SDK's values only when they are sent.
 */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Value =
  | { S: string }
  | { N: string }
  | { B: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: string[] }
  | { L: Value[] }
  | { M: Item };

export type Item = { [name: string]: Value };
export type Type = "S" | "N" | "B" | "BOOL" | "NULL" | "SS" | "NS" | "BS" | "L" | "M";

export const TYPES: { value: Type; label: string; empty: Value }[] = [
  { value: "S", label: "String", empty: { S: "" } },
  { value: "N", label: "Number", empty: { N: "0" } },
  { value: "B", label: "Binary", empty: { B: "" } },
  { value: "BOOL", label: "Boolean", empty: { BOOL: false } },
  { value: "NULL", label: "Null", empty: { NULL: true } },
  { value: "SS", label: "String set", empty: { SS: [""] } },
  { value: "NS", label: "Number set", empty: { NS: ["0"] } },
  { value: "BS", label: "Binary set", empty: { BS: [""] } },
  { value: "L", label: "List", empty: { L: [] } },
  { value: "M", label: "Map", empty: { M: {} } },
];

/** The type of a value. */
export function typeOf(value: Value): Type {
  return Object.keys(value)[0] as Type;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** A value as the SDK takes it. Throws for binary that is no base64. */
export function toSdk(value: Value): AttributeValue {
  if ("B" in value) return { B: bytesOf(value.B) };
  if ("BS" in value) return { BS: value.BS.map(bytesOf) };
  if ("L" in value) return { L: value.L.map(toSdk) };
  if ("M" in value) return { M: itemToSdk(value.M) };
  return value as AttributeValue;
}

/** An item as the SDK takes it. */
export function itemToSdk(item: Item): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toSdk(value)]));
}

/** A value of the SDK's. */
export function fromSdk(value: AttributeValue): Value {
  if (value.B !== undefined) return { B: base64Of(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64Of) };
  if (value.L !== undefined) return { L: value.L.map(fromSdk) };
  if (value.M !== undefined) return { M: itemFromSdk(value.M) };
  return value as Value;
}

/** An item of the SDK's. */
export function itemFromSdk(item: Record<string, AttributeValue>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromSdk(value)]));
}

/** Whether two values are the same, whatever the order of a map's names or a set's members. */
export function equal(one: Value | undefined, other: Value | undefined): boolean {
  return one !== undefined && other !== undefined && JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(value: Value): unknown {
  if ("M" in value) {
    const names = Object.keys(value.M).sort();
    return { M: names.map((name) => [name, ordered(value.M[name] as Value)]) };
  }
  if ("L" in value) return { L: value.L.map(ordered) };
  if ("SS" in value) return { SS: [...value.SS].sort() };
  if ("NS" in value) return { NS: [...value.NS].sort() };
  if ("BS" in value) return { BS: [...value.BS].sort() };
  return value;
}

/** A value in a word or two, for a cell of a table: maps and lists as plain JSON. */
export function shortText(value: Value | undefined): string {
  if (value === undefined) return "";
  if ("S" in value) return value.S;
  if ("N" in value) return value.N;
  if ("B" in value) return value.B;
  if ("BOOL" in value) return String(value.BOOL);
  if ("NULL" in value) return "null";
  if ("SS" in value) return `{ ${value.SS.map((text) => JSON.stringify(text)).join(", ")} }`;
  if ("NS" in value) return `{ ${value.NS.join(", ")} }`;
  if ("BS" in value) return `{ ${value.BS.join(", ")} }`;
  if ("L" in value) return `[ ${value.L.map(shortText).join(", ")} ]`;
  return `{ ${Object.entries(value.M)
    .map(([name, inner]) => `${JSON.stringify(name)}: ${shortText(inner)}`)
    .join(", ")} }`;
}
