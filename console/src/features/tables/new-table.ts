/** What the form for a new table holds, and the request it makes. */

import type { CreateTableCommandInput, ScalarAttributeType } from "@aws-sdk/client-dynamodb";

export interface Key {
  name: string;
  type: ScalarAttributeType;
}

export interface NewTable {
  name: string;
  partition: Key;
  sort: Key;
  customized: boolean;
  provisioned: boolean;
  readUnits: string;
  writeUnits: string;
  protected: boolean;
  tags: { key: string; value: string }[];
}

export const NEW_TABLE: NewTable = {
  name: "",
  partition: { name: "", type: "S" },
  sort: { name: "", type: "S" },
  customized: false,
  provisioned: false,
  readUnits: "5",
  writeUnits: "5",
  protected: false,
  tags: [],
};

/** CreateTable's input; an empty sort key is none, and settings count only where they are customized. */
export function createTableInput(form: NewTable): CreateTableCommandInput {
  const keys = [
    { ...form.partition, role: "HASH" as const },
    ...(form.sort.name ? [{ ...form.sort, role: "RANGE" as const }] : []),
  ];
  const provisioned = form.customized && form.provisioned;
  return {
    TableName: form.name,
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key.name, AttributeType: key.type })),
    KeySchema: keys.map((key) => ({ AttributeName: key.name, KeyType: key.role })),
    BillingMode: provisioned ? "PROVISIONED" : "PAY_PER_REQUEST",
    ...(provisioned
      ? {
          ProvisionedThroughput: {
            ReadCapacityUnits: Number(form.readUnits),
            WriteCapacityUnits: Number(form.writeUnits),
          },
        }
      : {}),
    ...(form.customized && form.protected ? { DeletionProtectionEnabled: true } : {}),
    ...(form.tags.length ? { Tags: form.tags.map((tag) => ({ Key: tag.key, Value: tag.value })) } : {}),
  };
}
