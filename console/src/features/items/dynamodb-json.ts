/** DynamoDB JSON as a person edits it: every value under the name of its type. */

import type { Item, Type, Value } from "./attribute";

export class NotAnItem extends Error {}

/** The item of a text. Throws NotAnItem, which says where it isn't one. */
export function parseDynamoDbJson(text: string): Item {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new NotAnItem((error as Error).message);
  }
  return mapOf(found, "The item");
}

/** The text of an item. */
export function printDynamoDbJson(item: Item): string {
  return JSON.stringify(item, null, 2);
}

function mapOf(found: unknown, where: string): Item {
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw new NotAnItem(`${where} must be an object`);
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, valueOf(value, name)]));
}

function valueOf(found: unknown, where: string): Value {
  const entries = typeof found === "object" && found !== null ? Object.entries(found) : [];
  const [type, inner] = entries[0] ?? [];
  if (entries.length !== 1 || !type) throw new NotAnItem(`${where} must have one type, such as { "S": "text" }`);
  const check = CHECKS[type as Type];
  if (!check) throw new NotAnItem(`${where} has the type ${type}, which DynamoDB doesn't have`);
  return check(inner, where);
}

function text(found: unknown, where: string): string {
  if (typeof found !== "string") throw new NotAnItem(`${where} must be a text in quotation marks`);
  return found;
}

function texts(found: unknown, where: string): string[] {
  if (!Array.isArray(found)) throw new NotAnItem(`${where} must be a list of texts`);
  return found.map((each) => text(each, where));
}

const CHECKS: Record<Type, (found: unknown, where: string) => Value> = {
  S: (found, where) => ({ S: text(found, where) }),
  N: (found, where) => ({ N: text(found, where) }),
  B: (found, where) => ({ B: text(found, where) }),
  SS: (found, where) => ({ SS: texts(found, where) }),
  NS: (found, where) => ({ NS: texts(found, where) }),
  BS: (found, where) => ({ BS: texts(found, where) }),
  BOOL: (found, where) => {
    if (typeof found !== "boolean") throw new NotAnItem(`${where} must be true or false`);
    return { BOOL: found };
  },
  NULL: (found, where) => {
    if (found !== true) throw new NotAnItem(`${where} must be { "NULL": true }`);
    return { NULL: true };
  },
  L: (found, where) => {
    if (!Array.isArray(found)) throw new NotAnItem(`${where} must be a list`);
    return { L: found.map((each, at) => valueOf(each, `${where}[${at}]`)) };
  },
  M: (found, where) => ({ M: mapOf(found, where) }),
};
