/** PartiQL statements: which of them only read, and how one of each kind is written for a table. */

import type { TableDescription } from "@aws-sdk/client-dynamodb";

import { type Key, keysOf } from "../items/question";

export type Template = "scan" | "query" | "insert" | "update" | "delete";

export const TEMPLATES: { id: Template; text: string }[] = [
  { id: "scan", text: "Scan table" },
  { id: "query", text: "Query table" },
  { id: "insert", text: "Insert item" },
  { id: "update", text: "Update item" },
  { id: "delete", text: "Delete item" },
];

/** Whether a statement changes nothing. */
export function isRead(statement: string): boolean {
  return /^\s*select\b/i.test(statement);
}

const EXAMPLES: Record<Key["type"], string> = { S: "'value'", N: "1", B: "'YQ=='" };

/** A statement to begin with: the table's own names, and values to be replaced. */
export function template(kind: Template, table: TableDescription): string {
  const name = `"${table.TableName}"`;
  const { partition, sort } = keysOf(table, "");
  const keys = [partition, sort].filter((key): key is Key => key !== undefined);
  const where = keys.map((key) => `"${key.name}" = ${EXAMPLES[key.type]}`).join(" AND ");
  switch (kind) {
    case "scan":
      return `SELECT * FROM ${name}`;
    case "query":
      return `SELECT * FROM ${name} WHERE ${where.split(" AND ")[0]}`;
    case "insert":
      return `INSERT INTO ${name} VALUE {${keys.map((key) => `'${key.name}': ${EXAMPLES[key.type]}`).join(", ")}}`;
    case "update":
      return `UPDATE ${name} SET "attribute" = 'value' WHERE ${where}`;
    case "delete":
      return `DELETE FROM ${name} WHERE ${where}`;
  }
}
