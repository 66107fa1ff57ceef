import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";

import { capacityOf } from "./capacity";
import { EditCapacityModal } from "./EditCapacityModal";

/** What a table and its global indexes may read and write. */
export function CapacitySection({ table }: { table: TableDescription }) {
  const [editing, setEditing] = useState(false);
  const { provisioned, units, maximum } = capacityOf(table);
  const items = provisioned
    ? units.map(({ index, read, write }) => ({
        label: index ? `Read / write capacity units of ${index}` : "Read / write capacity units",
        value: `${read} / ${write}`,
      }))
    : [
        { label: "Maximum read request units", value: maximum.read || "No maximum" },
        { label: "Maximum write request units", value: maximum.write || "No maximum" },
      ];
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="How much the table reads and writes a second. A server that runs with --throttle holds it to that."
          actions={
            <Button ariaLabel="Edit read/write capacity" onClick={() => setEditing(true)}>
              Edit
            </Button>
          }
        >
          Read/write capacity
        </Header>
      }
    >
      <KeyValuePairs columns={3} items={[{ label: "Capacity mode", value: provisioned ? "Provisioned" : "On-demand" }, ...items]} />
      {editing && <EditCapacityModal table={table} onClose={() => setEditing(false)} />}
    </Container>
  );
}
