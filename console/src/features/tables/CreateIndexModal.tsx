import type { ProjectionType, TableDescription, UpdateTableCommandInput } from "@aws-sdk/client-dynamodb";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";

import { updateTable } from "../../aws/dynamodb";
import { useChange } from "../../aws/hooks";
import { FormModal } from "../../pieces/FormModal";
import { KeyFields } from "./KeyFields";
import type { Key } from "./new-table";

const NO_KEY: Key = { name: "", type: "S" };

/** Create a global secondary index. */
export function CreateIndexModal({ table, onClose }: { table: TableDescription; onClose: () => void }) {
  const [partition, setPartition] = useState(NO_KEY);
  const [sort, setSort] = useState(NO_KEY);
  const [typed, setTyped] = useState<string | null>(null);
  const [projection, setProjection] = useState<ProjectionType>("ALL");
  const [included, setIncluded] = useState("");
  const name = typed ?? [partition.name, sort.name, "index"].filter(Boolean).join("-");
  const create = useChange(updateTable, { says: `The index ${name} is being created.`, ownError: true });
  const submit = () => create.mutate(input(table, name, [partition, sort], projection, included), { onSuccess: onClose });
  return (
    <FormModal
      title="Create global secondary index"
      action="Create index"
      size="large"
      busy={create.isPending}
      disabled={!partition.name}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <KeyFields label="Partition key" description="The attribute to query by." value={partition} onChange={setPartition} />
      <KeyFields label="Sort key" optional description="Orders what a query finds." value={sort} onChange={setSort} />
      <FormField label="Index name" constraintText="Between 3 and 255 characters.">
        <Input value={name} onChange={({ detail }) => setTyped(detail.value)} spellcheck={false} />
      </FormField>
      <FormField label="Attribute projections" description="What the index copies of each item.">
        <RadioGroup
          value={projection}
          onChange={({ detail }) => setProjection(detail.value as ProjectionType)}
          items={[
            { value: "ALL", label: "All" },
            { value: "KEYS_ONLY", label: "Only keys" },
            { value: "INCLUDE", label: "Include", description: "The keys, and the attributes that you name." },
          ]}
        />
      </FormField>
      {projection === "INCLUDE" && (
        <FormField label="Attributes to include" constraintText="Names, with commas between them.">
          <Input value={included} onChange={({ detail }) => setIncluded(detail.value)} spellcheck={false} />
        </FormField>
      )}
    </FormModal>
  );
}

/** UpdateTable's input; a provisioned table's index gets as many units as the table. */
function input(table: TableDescription, name: string, keys: [Key, Key], projection: ProjectionType, included: string): UpdateTableCommandInput {
  const given = keys.filter((key) => key.name);
  const known = table.AttributeDefinitions ?? [];
  const units = table.ProvisionedThroughput;
  const provisioned = table.BillingModeSummary?.BillingMode !== "PAY_PER_REQUEST" && units?.ReadCapacityUnits;
  return {
    TableName: table.TableName,
    AttributeDefinitions: [
      ...known.filter((it) => !given.some((key) => key.name === it.AttributeName)),
      ...given.map((key) => ({ AttributeName: key.name, AttributeType: key.type })),
    ],
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          IndexName: name,
          KeySchema: given.map((key, at) => ({ AttributeName: key.name, KeyType: at === 0 ? "HASH" : "RANGE" })),
          Projection: {
            ProjectionType: projection,
            ...(projection === "INCLUDE" ? { NonKeyAttributes: included.split(",").map((it) => it.trim()).filter(Boolean) } : {}),
          },
          ...(provisioned
            ? { ProvisionedThroughput: { ReadCapacityUnits: units.ReadCapacityUnits, WriteCapacityUnits: units.WriteCapacityUnits } }
            : {}),
        },
      },
    ],
  };
}
