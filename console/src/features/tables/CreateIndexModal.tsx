import type { TableDescription, UpdateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { useState } from "react";

import { updateTable } from "../../aws/dynamodb";
import { useChange } from "../../aws/hooks";
import { FormModal } from "../../pieces/FormModal";
import { IndexFields } from "./IndexFields";
import { definitions, indexInput, indexName, isComplete, newIndex, type NewIndex } from "./new-index";

/** Create a global secondary index. */
export function CreateIndexModal({ table, onClose }: { table: TableDescription; onClose: () => void }) {
  const [index, setIndex] = useState(() => newIndex("Global"));
  const create = useChange(updateTable, { says: `The index ${indexName(index)} is being created.`, ownError: true });
  return (
    <FormModal
      title="Create global secondary index"
      action="Create index"
      size="large"
      busy={create.isPending}
      disabled={!isComplete(index)}
      error={create.error}
      onSubmit={() => create.mutate(input(table, index), { onSuccess: onClose })}
      onClose={onClose}
    >
      <IndexFields index={index} onChange={setIndex} />
    </FormModal>
  );
}

/** UpdateTable's input; a provisioned table's index gets as many units as the table. */
function input(table: TableDescription, index: NewIndex): UpdateTableCommandInput {
  const given = definitions([], [index]);
  const known = table.AttributeDefinitions ?? [];
  const units = table.ProvisionedThroughput;
  const provisioned = table.BillingModeSummary?.BillingMode !== "PAY_PER_REQUEST" && units?.ReadCapacityUnits;
  return {
    TableName: table.TableName,
    AttributeDefinitions: [...known.filter((it) => !given.some((each) => each.AttributeName === it.AttributeName)), ...given],
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          ...indexInput(index),
          ...(provisioned
            ? { ProvisionedThroughput: { ReadCapacityUnits: units.ReadCapacityUnits, WriteCapacityUnits: units.WriteCapacityUnits } }
            : {}),
        },
      },
    ],
  };
}
