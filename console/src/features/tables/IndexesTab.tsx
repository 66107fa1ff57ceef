import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { describeTable, updateTable } from "../../aws/dynamodb";
import { useAws, useChange } from "../../aws/hooks";
import { DeleteModal } from "../../pieces/DeleteModal";
import { ResourceTable } from "../../pieces/ResourceTable";
import { CreateIndexModal } from "./CreateIndexModal";
import { type Index, INDEX_COLUMNS, indexesOf } from "./indexes";
import type { TabProps } from "./tabs";

/** The indexes of a table; global ones are added and deleted at any time. */
export default function IndexesTab({ table }: TabProps) {
  const name = table.TableName ?? "";
  const [selected, setSelected] = useState<Index[]>([]);
  const [open, setOpen] = useState<"create" | "delete" | null>(null);
  const answer = useAws(describeTable, { TableName: name });
  const indexes = indexesOf(answer.data?.Table ?? table);
  const chosen = indexes.find((index) => index.name === selected[0]?.name);
  return (
    <>
      <ResourceTable
        variant="container"
        query={{ ...answer, data: indexes }}
        columns={INDEX_COLUMNS}
        title="Indexes"
        description="Other keys to query the same items by."
        what="indexes"
        trackBy="name"
        findParameter="index"
        selection={{ type: "single", selected: chosen ? [chosen] : [], onSelect: setSelected }}
        actions={
          <>
            <Button disabled={chosen?.kind !== "Global"} onClick={() => setOpen("delete")}>
              Delete
            </Button>
            <Button variant="primary" onClick={() => setOpen("create")}>
              Create index
            </Button>
          </>
        }
      />
      {open === "create" && <CreateIndexModal table={table} onClose={() => setOpen(null)} />}
      {open === "delete" && chosen && <DeleteIndex table={name} index={chosen.name} onClose={() => setOpen(null)} />}
    </>
  );
}

function DeleteIndex({ table, index, onClose }: { table: string; index: string; onClose: () => void }) {
  const remove = useChange(updateTable, { says: `The deletion of the index ${index} has begun.`, ownError: true });
  return (
    <DeleteModal
      title="Delete index"
      busy={remove.isPending}
      error={remove.error}
      onDelete={() =>
        remove.mutate({ TableName: table, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index } }] }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      The index <b>{index}</b> will be deleted. The items of {table} stay.
    </DeleteModal>
  );
}
