import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";

import { useChange } from "../../aws/hooks";
import { updateFunctionConfiguration } from "../../aws/lambda";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import type { PartProps } from "./tabs";

/** Description, memory, timeout and the size of /tmp. */
export default function GeneralSection({ configuration }: PartProps) {
  const [editing, setEditing] = useState(false);
  if (editing) return <EditGeneral configuration={configuration} onClose={() => setEditing(false)} />;
  return (
    <Container
      header={
        <Header variant="h2" actions={<Button onClick={() => setEditing(true)}>Edit</Button>}>
          General configuration
        </Header>
      }
    >
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Description", value: configuration.Description || "-" },
          { label: "Memory", value: `${configuration.MemorySize} MB` },
          { label: "Timeout", value: `${configuration.Timeout} s` },
          { label: "Ephemeral storage", value: `${configuration.EphemeralStorage?.Size ?? 512} MB` },
        ]}
      />
    </Container>
  );
}

function EditGeneral({ configuration, onClose }: PartProps & { onClose: () => void }) {
  const [description, setDescription] = useState(configuration.Description ?? "");
  const [memory, setMemory] = useState(String(configuration.MemorySize ?? 128));
  const [timeout, setTimeoutSeconds] = useState(String(configuration.Timeout ?? 3));
  const [storage, setStorage] = useState(String(configuration.EphemeralStorage?.Size ?? 512));
  const update = useChange(updateFunctionConfiguration, {
    says: `Successfully updated the function ${configuration.FunctionName}.`,
    ownError: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate(
      {
        FunctionName: configuration.FunctionName,
        Description: description,
        MemorySize: Number(memory),
        Timeout: Number(timeout),
        EphemeralStorage: { Size: Number(storage) },
      },
      { onSuccess: onClose },
    );
  };
  return (
    <form onSubmit={submit}>
      <Container header={<Header variant="h2">Edit general configuration</Header>}>
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                Cancel
              </Button>
              <Button variant="primary" loading={update.isPending}>
                Save
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            <ErrorAlert error={update.error} />
            <FormField label="Description">
              <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
            </FormField>
            <FormField label="Memory" description="In MB; the function gets CPU in proportion." constraintText="128 to 10,240.">
              <Input type="number" value={memory} onChange={({ detail }) => setMemory(detail.value)} />
            </FormField>
            <FormField label="Timeout" description="In seconds." constraintText="1 to 900.">
              <Input type="number" value={timeout} onChange={({ detail }) => setTimeoutSeconds(detail.value)} />
            </FormField>
            <FormField label="Ephemeral storage" description="The size of /tmp, in MB." constraintText="512 to 10,240.">
              <Input type="number" value={storage} onChange={({ detail }) => setStorage(detail.value)} />
            </FormField>
          </SpaceBetween>
        </Form>
      </Container>
    </form>
  );
}
