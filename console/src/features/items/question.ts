/** What is asked of a table, as the address holds it and as Query or Scan takes it. */

import type { QueryCommandInput, ScanCommandInput, TableDescription } from "@aws-sdk/client-dynamodb";

import { type Item, itemToSdk, type Value } from "./attribute";
import { parseDynamoDbJson } from "./dynamodb-json";

export type KeyType = "S" | "N" | "B";

export interface Filter {
  name: string;
  type: KeyType | "BOOL" | "NULL";
  condition: string;
  value: string;
  value2: string;
}

export interface Question {
  mode: "query" | "scan";
  /** Empty: the table itself. */
  index: string;
  partition: string;
  condition: string;
  sort: string;
  sort2: string;
  descending: boolean;
  filters: Filter[];
  /** The key that a page begins after, as DynamoDB JSON; empty: from the start. */
  start: string;
}

export const NOTHING_ASKED: Question = {
  mode: "query",
  index: "",
  partition: "",
  condition: "=",
  sort: "",
  sort2: "",
  descending: false,
  filters: [],
  start: "",
};

export const SORT_CONDITIONS = ["=", "<", "<=", ">", ">=", "between", "begins_with"] as const;
export const FILTER_CONDITIONS = [
  "=",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
  "between",
  "begins_with",
  "contains",
  "not contains",
  "attribute_exists",
  "attribute_not_exists",
] as const;

/** Whether a condition asks for no value. */
export function isBare(condition: string): boolean {
  return condition.startsWith("attribute_");
}

/** The question of an address. */
export function read(parameters: URLSearchParams): Question {
  const text = (name: string, otherwise = "") => parameters.get(name) ?? otherwise;
  return {
    mode: text("mode") === "scan" ? "scan" : "query",
    index: text("index"),
    partition: text("pk"),
    condition: text("op", "="),
    sort: text("sk"),
    sort2: text("sk2"),
    descending: text("desc") === "1",
    filters: filtersOf(text("filters")),
    start: text("start"),
  };
}

function filtersOf(text: string): Filter[] {
  try {
    const found: unknown = JSON.parse(text || "[]");
    return Array.isArray(found) ? (found as Filter[]) : [];
  } catch {
    return []; // an address that somebody has written by hand
  }
}

/** The address of a question; what is as it is by default is left out. */
export function write(question: Question): URLSearchParams {
  const given: [string, string][] = [
    ["mode", question.mode === "scan" ? "scan" : ""],
    ["index", question.index],
    ["pk", question.mode === "query" ? question.partition : ""],
    ["op", question.mode === "query" && question.sort && question.condition !== "=" ? question.condition : ""],
    ["sk", question.mode === "query" ? question.sort : ""],
    ["sk2", question.mode === "query" && question.condition === "between" ? question.sort2 : ""],
    ["desc", question.mode === "query" && question.descending ? "1" : ""],
    ["filters", question.filters.length ? JSON.stringify(question.filters) : ""],
    ["start", question.start],
  ];
  return new URLSearchParams(given.filter(([, value]) => value));
}

/** The key attributes of a table or one of its indexes, with their types. */
export function keysOf(table: TableDescription, index: string): { partition?: Key; sort?: Key } {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const schema = (index ? indexes.find((each) => each.IndexName === index)?.KeySchema : table.KeySchema) ?? [];
  const key = (kind: string): Key | undefined => {
    const name = schema.find((each) => each.KeyType === kind)?.AttributeName;
    const type = table.AttributeDefinitions?.find((each) => each.AttributeName === name)?.AttributeType;
    return name ? { name, type: (type ?? "S") as KeyType } : undefined;
  };
  const [partition, sort] = [key("HASH"), key("RANGE")];
  return { ...(partition ? { partition } : {}), ...(sort ? { sort } : {}) };
}

export interface Key {
  name: string;
  type: KeyType;
}

/** A typed value of what somebody wrote. */
export function valueOf(type: Filter["type"], text: string): Value {
  if (type === "BOOL") return { BOOL: text.trim().toLowerCase() === "true" };
  if (type === "NULL") return { NULL: true };
  return { [type]: type === "S" ? text : text.trim() } as Value;
}

class Expression {
  readonly names: Record<string, string> = {};
  readonly values: Item = {};

  name(name: string): string {
    const place = `#n${Object.keys(this.names).length}`;
    this.names[place] = name;
    return place;
  }

  value(value: Value): string {
    const place = `:v${Object.keys(this.values).length}`;
    this.values[place] = value;
    return place;
  }

  condition(name: string, type: Filter["type"], condition: string, text: string, text2: string): string {
    const named = this.name(name);
    if (isBare(condition)) return `${condition}(${named})`;
    const value = this.value(valueOf(type, text));
    if (condition === "between") return `${named} BETWEEN ${value} AND ${this.value(valueOf(type, text2))}`;
    if (condition === "not contains") return `NOT contains(${named}, ${value})`;
    if (/^[a-z_]+$/.test(condition)) return `${condition}(${named}, ${value})`;
    return `${named} ${condition} ${value}`;
  }
}

export type Request =
  | { mode: "query"; input: QueryCommandInput }
  | { mode: "scan"; input: ScanCommandInput };

/** The request of a question. A query without a partition key can't be asked: the table is scanned then. */
export function request(table: TableDescription, question: Question, limit: number): Request {
  const { partition, sort } = keysOf(table, question.index);
  const expression = new Expression();
  const isQuery = question.mode === "query" && question.partition !== "" && partition !== undefined;
  const keys: string[] = [];
  if (isQuery) {
    keys.push(expression.condition(partition.name, partition.type, "=", question.partition, ""));
    if (sort && question.sort !== "") keys.push(expression.condition(sort.name, sort.type, question.condition, question.sort, question.sort2));
  }
  const filters = question.filters
    .filter((filter) => filter.name)
    .map((filter) => expression.condition(filter.name, filter.type, filter.condition, filter.value, filter.value2));
  const common = {
    TableName: table.TableName,
    Limit: limit,
    ...(question.index ? { IndexName: question.index } : {}),
    ...(filters.length ? { FilterExpression: filters.join(" AND ") } : {}),
    ...(Object.keys(expression.names).length ? { ExpressionAttributeNames: expression.names } : {}),
    ...(Object.keys(expression.values).length ? { ExpressionAttributeValues: itemToSdk(expression.values) } : {}),
    ...(question.start ? { ExclusiveStartKey: itemToSdk(parseDynamoDbJson(question.start)) } : {}),
  };
  if (!isQuery) return { mode: "scan", input: common };
  return {
    mode: "query",
    input: { ...common, KeyConditionExpression: keys.join(" AND "), ...(question.descending ? { ScanIndexForward: false } : {}) },
  };
}
