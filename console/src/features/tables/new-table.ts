/** What the form for a new table holds, and the request it makes. */

import type { CreateTableCommandInput, TableClass } from "@aws-sdk/client-dynamodb";

import { definitions, indexInput, type Key, keySchema, type NewIndex } from "./new-index";

export const TABLE_CLASSES: { value: TableClass; label: string; description: string }[] = [
  { value: "STANDARD", label: "DynamoDB Standard", description: "For tables that are read and written often." },
  { value: "STANDARD_INFREQUENT_ACCESS", label: "DynamoDB Standard-IA", description: "For tables whose storage costs most: logs, old orders." },
];

export interface NewTable {
  name: string;
  partition: Key;
  sort: Key;
  customized: boolean;
  tableClass: TableClass;
  provisioned: boolean;
  readUnits: string;
  writeUnits: string;
  indexes: NewIndex[];
  protected: boolean;
  tags: { key: string; value: string }[];
}

export const NEW_TABLE: NewTable = {
  name: "",
  partition: { name: "", type: "S" },
  sort: { name: "", type: "S" },
  customized: false,
  tableClass: "STANDARD",
  provisioned: false,
  readUnits: "5",
  writeUnits: "5",
  indexes: [],
  protected: false,
  tags: [],
};

/** CreateTable's input; an empty sort key is none, and settings count only where they are customized. */
export function createTableInput(form: NewTable): CreateTableCommandInput {
  const keys = [form.partition, ...(form.sort.name ? [form.sort] : [])];
  const indexes = form.customized ? indexesOf(form) : [];
  return {
    TableName: form.name,
    AttributeDefinitions: definitions(keys, indexes),
    KeySchema: keySchema(keys),
    BillingMode: "PAY_PER_REQUEST",
    ...(form.customized ? customized(form, indexes) : {}),
    ...(form.tags.length ? { Tags: form.tags.map((tag) => ({ Key: tag.key, Value: tag.value })) } : {}),
  };
}

/** The indexes, the local ones with the partition key that the table has by now. */
function indexesOf({ indexes, partition }: NewTable): NewIndex[] {
  return indexes.map((index) => (index.kind === "Local" ? { ...index, partition } : index));
}

/** What else is asked for; a provisioned table's global indexes get as many units as the table. */
function customized(form: NewTable, indexes: NewIndex[]): Partial<CreateTableCommandInput> {
  const throughput = { ReadCapacityUnits: Number(form.readUnits), WriteCapacityUnits: Number(form.writeUnits) };
  const provisioned = form.provisioned ? { ProvisionedThroughput: throughput } : {};
  const [local, global] = ["Local", "Global"].map((kind) => indexes.filter((index) => index.kind === kind)) as [NewIndex[], NewIndex[]];
  return {
    ...(form.provisioned ? { BillingMode: "PROVISIONED" } : {}),
    ...provisioned,
    ...(form.tableClass === "STANDARD" ? {} : { TableClass: form.tableClass }),
    ...(local.length ? { LocalSecondaryIndexes: local.map(indexInput) } : {}),
    ...(global.length ? { GlobalSecondaryIndexes: global.map((index) => ({ ...indexInput(index), ...provisioned })) } : {}),
    ...(form.protected ? { DeletionProtectionEnabled: true } : {}),
  };
}
