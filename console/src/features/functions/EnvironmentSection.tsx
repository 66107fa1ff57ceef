import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { type FormEvent, useState } from "react";

import { useChange } from "../../aws/hooks";
import { updateFunctionConfiguration } from "../../aws/lambda";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import type { PartProps } from "./tabs";

interface Variable {
  key: string;
  value: string;
}

/** The variables that the function finds in its environment. */
export default function EnvironmentSection({ configuration }: PartProps) {
  const [editing, setEditing] = useState(false);
  const variables = Object.entries(configuration.Environment?.Variables ?? {}).map(([key, value]) => ({ key, value }));
  if (editing) return <EditVariables configuration={configuration} start={variables} onClose={() => setEditing(false)} />;
  return (
    <Table
      header={
        <Header
          variant="h2"
          counter={`(${variables.length})`}
          description="What the function finds in its environment; it is sealed where it is kept."
          actions={<Button onClick={() => setEditing(true)}>Edit</Button>}
        >
          Environment variables
        </Header>
      }
      items={variables}
      trackBy="key"
      columnDefinitions={[
        { id: "key", header: "Key", isRowHeader: true, cell: (variable) => variable.key },
        { id: "value", header: "Value", cell: (variable) => variable.value },
      ]}
      empty="No environment variables"
      ariaLabels={{ tableLabel: "Environment variables" }}
      wrapLines
    />
  );
}

function EditVariables({ configuration, start, onClose }: PartProps & { start: Variable[]; onClose: () => void }) {
  const [variables, setVariables] = useState(start);
  const update = useChange(updateFunctionConfiguration, {
    says: `Successfully updated the function ${configuration.FunctionName}.`,
    ownError: true,
  });
  const set = (index: number, part: Partial<Variable>) =>
    setVariables(variables.map((each, at) => (at === index ? { ...each, ...part } : each)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const Variables = Object.fromEntries(variables.filter(({ key }) => key).map(({ key, value }) => [key, value]));
    update.mutate({ FunctionName: configuration.FunctionName, Environment: { Variables } }, { onSuccess: onClose });
  };
  return (
    <form onSubmit={submit}>
      <Container header={<Header variant="h2">Edit environment variables</Header>}>
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
            <AttributeEditor
              items={variables}
              empty="No environment variables"
              addButtonText="Add environment variable"
              removeButtonText="Remove"
              onAddButtonClick={() => setVariables([...variables, { key: "", value: "" }])}
              onRemoveButtonClick={({ detail }) => setVariables(variables.filter((_each, at) => at !== detail.itemIndex))}
              definition={[
                {
                  label: "Key",
                  control: (variable, at) => (
                    <Input ariaLabel={`Key ${at + 1}`} value={variable.key} spellcheck={false} onChange={({ detail }) => set(at, { key: detail.value })} />
                  ),
                },
                {
                  label: "Value",
                  control: (variable, at) => (
                    <Input ariaLabel={`Value ${at + 1}`} value={variable.value} spellcheck={false} onChange={({ detail }) => set(at, { value: detail.value })} />
                  ),
                },
              ]}
            />
          </SpaceBetween>
        </Form>
      </Container>
    </form>
  );
}
