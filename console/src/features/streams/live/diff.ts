/** What changed in an item, line by line: nested paths, removed before added, and what stayed the same in its place. */

import { equal, type Item, shortText, type Type, typeOf, type Value } from "../../items/attribute";

export interface DiffLine {
  /** `Price.INR`, `Tags[0]`, `["a.b"]`. */
  path: string;
  kind: "same" | "removed" | "added";
  type: Type;
  text: string;
}

const PLAIN_NAME = /^[A-Za-z_][\w-]*$/;

/** The lines of a change; without `before` all is added, without `after` removed. Names are in their order. */
export function diff(before: Item | undefined, after: Item | undefined): DiffLine[] {
  return items(before ?? {}, after ?? {}, "");
}

function items(before: Item, after: Item, path: string): DiffLine[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => values(before[name], after[name], below(path, name)));
}

function values(before: Value | undefined, after: Value | undefined, path: string): DiffLine[] {
  if (before && after && "M" in before && "M" in after && !(empty(before) || empty(after))) return items(before.M, after.M, path);
  if (before && after && "L" in before && "L" in after && !(empty(before) || empty(after))) {
    const [old, now] = [before.L, after.L];
    return Array.from({ length: Math.max(old.length, now.length) }, (_, at) => values(old[at], now[at], `${path}[${at}]`)).flat();
  }
  if (equal(before, after)) return leaves(after, path, "same");
  return [...leaves(before, path, "removed"), ...leaves(after, path, "added")];
}

/** The lines of a value that is wholly the same, gone or new. */
function leaves(value: Value | undefined, path: string, kind: DiffLine["kind"]): DiffLine[] {
  if (!value) return [];
  if ("M" in value && !empty(value)) {
    const names = Object.keys(value.M).sort();
    return names.flatMap((name) => leaves(value.M[name], below(path, name), kind));
  }
  if ("L" in value && !empty(value)) return value.L.flatMap((each, at) => leaves(each, `${path}[${at}]`, kind));
  return [{ path, kind, type: typeOf(value), text: "S" in value ? JSON.stringify(value.S) : shortText(value) }];
}

function empty(value: Value): boolean {
  return "M" in value ? Object.keys(value.M).length === 0 : "L" in value && value.L.length === 0;
}

function below(path: string, name: string): string {
  if (!PLAIN_NAME.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path ? `${path}.${name}` : name;
}

/** A change in a few words: `Stocks: 33 → 32`, `2 changes: Stocks, Price.INR`, `4 attributes`. */
export function summary(before: Item | undefined, after: Item | undefined): string {
  const whole = before && after ? null : (before ?? after);
  if (whole) return counted(Object.keys(whole).length, "attribute");
  const changed = diff(before, after).filter((line) => line.kind !== "same");
  const paths = [...new Set(changed.map((line) => line.path))];
  if (paths.length === 0) return "No image";
  if (paths.length > 1) return `${paths.length} changes: ${paths.join(", ")}`;
  const texts = (["removed", "added"] as const).map((kind) => changed.find((line) => line.kind === kind)?.text ?? "(none)");
  return `${paths[0]}: ${texts.join(" → ")}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
