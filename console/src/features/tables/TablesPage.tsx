import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { to } from "../../app/paths";
import { deleteTable, describeTables } from "../../aws/dynamodb";
import { useAws, useSteps } from "../../aws/hooks";
import { DeleteModal } from "../../pieces/DeleteModal";
import { ResourceTable } from "../../pieces/ResourceTable";
import { TABLE_COLUMNS } from "./columns";

/** All tables of the region. */
export default function TablesPage() {
  const tables = useAws(describeTables, {}, { every: (found) => (found?.some(isChanging) ? 1_000 : false) });
  const [selected, setSelected] = useState<TableDescription[]>([]);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <ResourceTable
        query={tables}
        columns={TABLE_COLUMNS}
        title="Tables"
        what="tables"
        trackBy="TableName"
        selection={{ selected, onSelect: setSelected }}
        sorting={{ column: { sortingField: "TableName" } }}
        empty={
          <SpaceBetween size="m">
            <div>
              <b>No tables</b>
              <Box color="text-body-secondary">A table holds items, found by their key.</Box>
            </div>
            <Button href={to.createTable()}>Create table</Button>
          </SpaceBetween>
        }
        actions={
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={to.createTable()}>
              Create table
            </Button>
          </>
        }
      />
      {deleting && (
        <DeleteTables
          names={selected.map((table) => table.TableName ?? "")}
          onClose={(done) => {
            setDeleting(false);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}

function isChanging(table: TableDescription): boolean {
  return table.TableStatus !== "ACTIVE";
}

function DeleteTables({ names, onClose }: { names: string[]; onClose: (done: boolean) => void }) {
  const remove = useSteps<string[], undefined>(
    async (all, step) => {
      for (const TableName of all) await step(deleteTable, { TableName });
      return undefined;
    },
    { touches: ["dynamodb"], says: `The deletion of ${names.join(", ")} has begun.`, ownError: true },
  );
  return (
    <DeleteModal
      title={names.length === 1 ? "Delete table" : "Delete tables"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(names, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{names.join(", ")}</b> and all items will be deleted for good.
    </DeleteModal>
  );
}
