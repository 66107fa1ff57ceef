/**
 * An item as plain JSON, without types, and back. Numbers keep every digit: they go through text, never through a double.
 *
 * Plain JSON has no sets and no binary. So it is read beside the item that it was printed from: where that has a set, a list
 * of fitting values is a set again, and where it has binary, a text in base64 is binary.
 */

import { type Item, typeOf, type Value } from "./attribute";
import { NotAnItem } from "./dynamodb-json";

const MARK = "\u0000#";
const TOKEN = /"(?:[^"\\]|\\.)*"|[-+0-9.][-+0-9.eE]*/g;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The text of an item. */
export function printPlainJson(item: Item): string {
  return print({ M: item }, "");
}

function print(value: Value, indent: string): string {
  const inner = `${indent}  `;
  const block = (open: string, lines: string[], close: string) =>
    lines.length ? `${open}\n${lines.map((line) => inner + line).join(",\n")}\n${indent}${close}` : open + close;
  if ("S" in value) return JSON.stringify(value.S);
  if ("N" in value) return value.N;
  if ("B" in value) return JSON.stringify(value.B);
  if ("BOOL" in value) return String(value.BOOL);
  if ("NULL" in value) return "null";
  if ("SS" in value) return block("[", value.SS.map((each) => JSON.stringify(each)), "]");
  if ("NS" in value) return block("[", value.NS, "]");
  if ("BS" in value) return block("[", value.BS.map((each) => JSON.stringify(each)), "]");
  if ("L" in value) return block("[", value.L.map((each) => print(each, inner)), "]");
  const lines = Object.entries(value.M).map(([name, each]) => `${JSON.stringify(name)}: ${print(each, inner)}`);
  return block("{", lines, "}");
}

/** The item of a text that was printed from `before`, or written anew. Throws NotAnItem. */
export function parsePlainJson(text: string, before: Item): Item {
  const marked = text.replace(TOKEN, (token) => (NUMBER.test(token) ? JSON.stringify(MARK + token) : token));
  let found: unknown;
  try {
    found = JSON.parse(marked);
  } catch (error) {
    throw new NotAnItem((error as Error).message.replaceAll("\\u0000#", ""));
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw new NotAnItem("An item must be an object");
  return mapOf(found as Record<string, unknown>, before);
}

function mapOf(found: Record<string, unknown>, before: Item): Item {
  return Object.fromEntries(Object.entries(found).map(([name, each]) => [name, valueOf(each, before[name])]));
}

function valueOf(found: unknown, before: Value | undefined): Value {
  if (found === null) return { NULL: true };
  if (typeof found === "boolean") return { BOOL: found };
  if (typeof found === "string") {
    if (found.startsWith(MARK)) return { N: found.slice(MARK.length) };
    return before && "B" in before && BASE64.test(found) ? { B: found } : { S: found };
  }
  if (Array.isArray(found)) return setOf(found, before) ?? listOf(found, before);
  return { M: mapOf(found as Record<string, unknown>, before && "M" in before ? before.M : {}) };
}

function listOf(found: unknown[], before: Value | undefined): Value {
  const old = before && "L" in before ? before.L : [];
  return { L: found.map((each, at) => valueOf(each, old[at])) };
}

function setOf(found: unknown[], before: Value | undefined): Value | null {
  const type = before ? typeOf(before) : null;
  if (type !== "SS" && type !== "NS" && type !== "BS") return null;
  const texts = found.filter((each) => typeof each === "string");
  if (texts.length !== found.length || texts.length === 0 || new Set(texts).size !== texts.length) return null;
  const numbers = texts.every((each) => each.startsWith(MARK));
  if (type === "NS") return numbers ? { NS: texts.map((each) => each.slice(MARK.length)) } : null;
  if (texts.some((each) => each.startsWith(MARK))) return null;
  if (type === "BS") return texts.every((each) => BASE64.test(each)) ? { BS: texts } : null;
  return { SS: texts };
}
