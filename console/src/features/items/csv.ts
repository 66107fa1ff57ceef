/** Items as a file of comma-separated values, as AWS's console writes it: strings and numbers bare, all else as DynamoDB JSON. */

import { type Item, type Value } from "./attribute";

/** The lines: the attributes' names first, the keys before the others. Lines end as RFC 4180 has it. */
export function csv(keys: string[], items: Item[]): string {
  const others = [...new Set(items.flatMap((item) => Object.keys(item)))].filter((name) => !keys.includes(name)).sort();
  const names = [...keys, ...others];
  const lines = items.map((item) => names.map((name) => quoted(text(item[name]))));
  return [names.map(quoted), ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}

function text(value: Value | undefined): string {
  if (value === undefined) return "";
  if ("S" in value) return value.S;
  if ("N" in value) return value.N;
  if ("B" in value) return value.B;
  if ("BOOL" in value) return String(value.BOOL);
  return JSON.stringify(Object.values(value)[0]);
}

function quoted(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}
