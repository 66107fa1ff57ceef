import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";

import { FormModal } from "../../pieces/FormModal";
import { IndexFields } from "./IndexFields";
import { indexName, isComplete, type Key, newIndex, type NewIndex } from "./new-index";

interface Props {
  /** The table's partition key, which its local indexes have, too. */
  partition: Key;
  indexes: NewIndex[];
  onChange: (indexes: NewIndex[]) => void;
}

/** The secondary indexes that a table is created with. */
export function NewIndexes({ partition, indexes, onChange }: Props) {
  const [open, setOpen] = useState<NewIndex["kind"] | null>(null);
  return (
    <>
      <Table
        variant="embedded"
        items={indexes}
        trackBy={indexName}
        empty={<Box textAlign="center">No indexes</Box>}
        ariaLabels={{ tableLabel: "Secondary indexes" }}
        header={
          <Header
            variant="h3"
            description="Other keys to query the same items by. Local ones can be created with the table alone."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button formAction="none" disabled={!partition.name} onClick={() => setOpen("Local")}>
                  Create local index
                </Button>
                <Button formAction="none" onClick={() => setOpen("Global")}>
                  Create global index
                </Button>
              </SpaceBetween>
            }
          >
            Secondary indexes
          </Header>
        }
        columnDefinitions={[
          { id: "name", header: "Name", isRowHeader: true, cell: indexName },
          { id: "kind", header: "Type", cell: (index) => index.kind },
          { id: "partition", header: "Partition key", cell: (index) => (index.kind === "Local" ? partition.name : index.partition.name) },
          { id: "sort", header: "Sort key", cell: (index) => index.sort.name || "-" },
          {
            id: "remove",
            header: "Action",
            cell: (index) => (
              <Button
                variant="inline-link"
                formAction="none"
                ariaLabel={`Remove ${indexName(index)}`}
                onClick={() => onChange(indexes.filter((each) => each !== index))}
              >
                Remove
              </Button>
            ),
          },
        ]}
      />
      {open && (
        <NewIndexModal
          initial={newIndex(open, open === "Local" ? partition : undefined)}
          onAdd={(index) => {
            onChange([...indexes, index]);
            setOpen(null);
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

interface ModalProps {
  initial: NewIndex;
  onAdd: (index: NewIndex) => void;
  onClose: () => void;
}

function NewIndexModal({ initial, onAdd, onClose }: ModalProps) {
  const [index, setIndex] = useState(initial);
  return (
    <FormModal
      size="large"
      title={`New ${index.kind.toLowerCase()} secondary index`}
      action="Create index"
      busy={false}
      disabled={!isComplete(index)}
      onSubmit={() => onAdd(index)}
      onClose={onClose}
    >
      <IndexFields index={index} onChange={setIndex} />
    </FormModal>
  );
}
