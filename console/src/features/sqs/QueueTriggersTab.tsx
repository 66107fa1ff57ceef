import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";

import { useAws, useChange, useSteps } from "../../aws/hooks";
import { createEventSourceMapping, deleteEventSourceMapping, listEventSourceMappings, updateEventSourceMapping } from "../../aws/lambda";
import { FormModal } from "../../pieces/FormModal";
import { ResourceTable } from "../../pieces/ResourceTable";
import { FunctionField } from "../triggers/FunctionField";
import type { Queue } from "./queue";
import { MAPPING_COLUMNS } from "./mapping-columns";

const POLL_MS = 2_000;
const SETTLED = new Set(["Enabled", "Disabled"]);

/** The functions that get the queue's messages. */
export function QueueTriggersTab({ queue }: { queue: Queue }) {
  const mappings = useAws(
    listEventSourceMappings,
    { EventSourceArn: queue.arn },
    { every: (found) => (found?.every((each) => SETTLED.has(each.State ?? "")) ? false : POLL_MS) },
  );
  const [selected, setSelected] = useState<EventSourceMappingConfiguration[]>([]);
  const [creating, setCreating] = useState(false);
  const [one] = selected;
  const toggle = useChange(updateEventSourceMapping, { says: "The trigger is being changed." });
  const remove = useSteps<string[], undefined>(
    async (ids, step) => {
      for (const UUID of ids) await step(deleteEventSourceMapping, { UUID });
      return undefined;
    },
    { touches: ["lambda"], says: "The trigger is being deleted." },
  );
  const enabled = one?.State === "Enabled";
  return (
    <>
      <ResourceTable
        variant="container"
        query={mappings}
        columns={MAPPING_COLUMNS}
        title="Lambda triggers"
        what="triggers"
        trackBy="UUID"
        description="Functions that get the queue's messages; what they took is deleted here."
        selection={{ selected, onSelect: setSelected }}
        actions={
          <>
            <Button
              disabled={selected.length !== 1 || !SETTLED.has(one?.State ?? "")}
              loading={toggle.isPending}
              onClick={() => toggle.mutate({ UUID: one?.UUID, Enabled: !enabled }, { onSuccess: () => setSelected([]) })}
            >
              {one && !enabled ? "Turn on" : "Turn off"}
            </Button>
            <Button
              disabled={selected.length === 0}
              loading={remove.isPending}
              onClick={() => remove.mutate(selected.map((each) => each.UUID ?? ""), { onSuccess: () => setSelected([]) })}
            >
              Delete
            </Button>
            <Button variant="primary" onClick={() => setCreating(true)}>
              Create trigger
            </Button>
          </>
        }
      />
      {creating && <CreateModal queue={queue} onClose={() => setCreating(false)} />}
    </>
  );
}

function CreateModal({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const [name, setName] = useState("");
  const [size, setSize] = useState("10");
  const [partial, setPartial] = useState(false);
  const create = useChange(createEventSourceMapping, { says: "The trigger was created successfully.", ownError: true });
  const submit = () =>
    create.mutate(
      {
        FunctionName: name,
        EventSourceArn: queue.arn,
        BatchSize: Number(size),
        ...(partial ? { FunctionResponseTypes: ["ReportBatchItemFailures"] } : {}),
      },
      { onSuccess: onClose },
    );
  return (
    <FormModal
      title="Create trigger"
      action="Create trigger"
      busy={create.isPending}
      error={create.error}
      disabled={!name}
      onSubmit={submit}
      onClose={onClose}
    >
      <FunctionField value={name} onChange={setName} />
      <FormField label="Batch size" description="How many messages the function gets at most in one go.">
        <Input type="number" value={size} onChange={({ detail }) => setSize(detail.value)} />
      </FormField>
      <Toggle
        checked={partial}
        onChange={({ detail }) => setPartial(detail.checked)}
        description="The function's answer names the messages that it could not take; the others are deleted."
      >
        Report batch item failures
      </Toggle>
    </FormModal>
  );
}
