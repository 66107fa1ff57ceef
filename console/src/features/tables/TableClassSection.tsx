import type { TableClass, TableDescription } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";

import { updateTable } from "../../aws/dynamodb";
import { useChange } from "../../aws/hooks";
import { FormModal } from "../../pieces/FormModal";
import { TABLE_CLASSES } from "./new-table";

/** The class of a table, which on AWS says what its storage and its throughput cost. */
export function TableClassSection({ table }: { table: TableDescription }) {
  const [editing, setEditing] = useState(false);
  const current = table.TableClassSummary?.TableClass ?? "STANDARD";
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="On AWS it says what storage and throughput cost. Here it is remembered, and changes nothing else."
          actions={
            <Button ariaLabel="Edit table class" onClick={() => setEditing(true)}>
              Edit
            </Button>
          }
        >
          Table class
        </Header>
      }
    >
      {TABLE_CLASSES.find((each) => each.value === current)?.label ?? current}
      {editing && <EditModal table={table.TableName ?? ""} current={current} onClose={() => setEditing(false)} />}
    </Container>
  );
}

function EditModal({ table, current, onClose }: { table: string; current: TableClass; onClose: () => void }) {
  const [wanted, setWanted] = useState(current);
  const update = useChange(updateTable, { says: `The table class of ${table} has been updated.`, ownError: true });
  return (
    <FormModal
      title="Update table class"
      action="Save changes"
      busy={update.isPending}
      error={update.error}
      disabled={wanted === current}
      onSubmit={() => update.mutate({ TableName: table, TableClass: wanted }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <RadioGroup
        ariaLabel="Table class"
        value={wanted}
        items={TABLE_CLASSES}
        onChange={({ detail }) => setWanted(detail.value as TableClass)}
      />
    </FormModal>
  );
}
