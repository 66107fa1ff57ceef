import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";

import { describeTimeToLive, updateTimeToLive } from "../../aws/dynamodb";
import { useAws, useChange } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { FormModal } from "../../pieces/FormModal";

/** Whether items expire, and by which attribute. */
export function TimeToLive({ table }: { table: string }) {
  const answer = useAws(describeTimeToLive, { TableName: table });
  const [turning, setTurning] = useState(false);
  const { TimeToLiveStatus: status, AttributeName: attribute } = answer.data?.TimeToLiveDescription ?? {};
  const on = status === "ENABLED" || status === "ENABLING";
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Deletes items after the time that an attribute of theirs says, in seconds since 1970."
          actions={
            <Button ariaLabel={`${on ? "Turn off" : "Turn on"} Time to Live`} disabled={!answer.data} onClick={() => setTurning(true)}>
              {on ? "Turn off" : "Turn on"}
            </Button>
          }
        >
          Time to Live (TTL)
        </Header>
      }
    >
      <ErrorAlert error={answer.error} retry={() => void answer.refetch()} />
      <KeyValuePairs
        columns={2}
        items={[
          { label: "TTL status", value: <StatusIndicator type={on ? "success" : "stopped"}>{on ? "On" : "Off"}</StatusIndicator> },
          { label: "TTL attribute", value: attribute ?? "-" },
        ]}
      />
      {turning && <TurnModal table={table} {...(on ? { attribute: attribute ?? "" } : {})} onClose={() => setTurning(false)} />}
    </Container>
  );
}

/** Turns it on by an attribute that is asked for, or off for the one that is given. */
function TurnModal({ table, attribute, onClose }: { table: string; attribute?: string; onClose: () => void }) {
  const [name, setName] = useState("");
  const off = attribute !== undefined;
  const update = useChange(updateTimeToLive, { says: `Time to Live of ${table} is ${off ? "off" : "on"}.`, ownError: true });
  const submit = () =>
    update.mutate(
      { TableName: table, TimeToLiveSpecification: { Enabled: !off, AttributeName: attribute ?? name } },
      { onSuccess: onClose },
    );
  return (
    <FormModal
      title={off ? "Turn off Time to Live" : "Turn on Time to Live"}
      action={off ? "Turn off TTL" : "Turn on TTL"}
      busy={update.isPending}
      disabled={!off && !name}
      error={update.error}
      onSubmit={submit}
      onClose={onClose}
    >
      {off ? (
        <div>Items of {table} no longer expire.</div>
      ) : (
        <FormField label="TTL attribute name" description="A number: the second after which the item is to go.">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} autoFocus />
        </FormField>
      )}
    </FormModal>
  );
}
