import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { to } from "../../app/paths";
import { deleteTable, describeTables } from "../../aws/dynamodb";
import { useAws } from "../../aws/hooks";
import { DeletableTable } from "../../pieces/DeletableTable";
import { DeleteEach } from "../../pieces/DeleteEach";
import { TABLE_COLUMNS } from "./columns";

/** All tables of the region. */
export default function TablesPage() {
  const tables = useAws(describeTables, {}, { every: (found) => (found?.some(isChanging) ? 1_000 : false) });
  return (
    <DeletableTable
      query={tables}
      columns={TABLE_COLUMNS}
      title="Tables"
      what="tables"
      trackBy="TableName"
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
      create={{ text: "Create table", href: to.createTable() }}
      deletion={(selected, onClose) => <DeleteTables names={selected.map(({ TableName = "" }) => TableName)} onClose={onClose} />}
    />
  );
}

function isChanging(table: TableDescription): boolean {
  return table.TableStatus !== "ACTIVE";
}

function DeleteTables({ names, onClose }: { names: string[]; onClose: (done: boolean) => void }) {
  return (
    <DeleteEach
      what="table"
      names={names}
      operation={deleteTable}
      inputs={names.map((TableName) => ({ TableName }))}
      says={`The deletion of ${names.join(", ")} has begun.`}
      onClose={onClose}
    >
      and all items will be deleted for good.
    </DeleteEach>
  );
}
