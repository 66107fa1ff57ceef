import type { TableDescription } from "@aws-sdk/client-dynamodb";
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { to } from "../../app/paths";
import { functionName } from "../../aws/arn";
import { useAws, useChange } from "../../aws/hooks";
import { deleteEventSourceMapping, listEventSourceMappings, updateEventSourceMapping } from "../../aws/lambda";
import { DeleteModal } from "../../pieces/DeleteModal";
import { ResourceTable } from "../../pieces/ResourceTable";
import { TRIGGER_COLUMNS } from "./columns";

const SETTLED = new Set(["Enabled", "Disabled"]);

/** The functions that a table's changes set off. */
export function TriggersPanel({ table }: { table: TableDescription }) {
  const stream = table.StreamSpecification?.StreamEnabled ? table.LatestStreamArn : undefined;
  const triggers = useAws(listEventSourceMappings, stream ? { EventSourceArn: stream } : null, {
    every: (found) => (found?.every((trigger) => SETTLED.has(trigger.State ?? "")) ? 5_000 : 1_000),
  });
  const [selected, setSelected] = useState<EventSourceMappingConfiguration[]>([]);
  const [deleting, setDeleting] = useState(false);
  // What is chosen is looked up anew, for its state may have changed since.
  const chosen = triggers.data?.find((trigger) => trigger.UUID === selected[0]?.UUID);
  const update = useChange(updateEventSourceMapping);
  const none = stream ? triggers : { ...triggers, isPending: false, data: [] };
  return (
    <>
      <ResourceTable
        variant="container"
        query={none}
        columns={TRIGGER_COLUMNS}
        title="Triggers"
        description="Lambda functions that are invoked when items of this table change."
        what="triggers"
        trackBy="UUID"
        findParameter="trigger"
        selection={{ type: "single", selected: chosen ? [chosen] : [], onSelect: setSelected }}
        empty={stream ? "No triggers" : "A trigger needs a stream: turn it on first."}
        actions={
          <>
            <Button
              disabled={!chosen || !SETTLED.has(chosen.State ?? "")}
              loading={update.isPending}
              onClick={() => update.mutate({ UUID: chosen?.UUID, Enabled: chosen?.State === "Disabled" })}
            >
              {chosen?.State === "Disabled" ? "Turn on" : "Turn off"} trigger
            </Button>
            <Button disabled={!chosen} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" disabled={!stream} href={to.createTrigger(table.TableName ?? "")}>
              Create trigger
            </Button>
          </>
        }
      />
      {deleting && chosen && <DeleteTrigger trigger={chosen} onClose={() => setDeleting(false)} />}
    </>
  );
}

function DeleteTrigger({ trigger, onClose }: { trigger: EventSourceMappingConfiguration; onClose: () => void }) {
  const name = functionName(trigger.FunctionArn ?? "");
  const remove = useChange(deleteEventSourceMapping, { says: `The trigger of ${name} is being deleted.`, ownError: true });
  return (
    <DeleteModal
      title="Delete trigger"
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate({ UUID: trigger.UUID }, { onSuccess: onClose })}
      onClose={onClose}
    >
      Changes no longer invoke <b>{name}</b>. The function itself stays.
    </DeleteModal>
  );
}
