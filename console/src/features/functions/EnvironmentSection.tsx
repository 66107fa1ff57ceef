import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";

import { useChange } from "../../aws/hooks";
import { updateFunctionConfiguration } from "../../aws/lambda";
import { EditingSection, SectionForm } from "../../pieces/EditingSection";
import { fixedIn, type PartProps } from "./tabs";

interface Variable {
  key: string;
  value: string;
}

/** The variables that the function finds in its environment. */
export default function EnvironmentSection({ configuration, qualifier }: PartProps) {
  const variables = Object.entries(configuration.Environment?.Variables ?? {}).map(([key, value]) => ({ key, value }));
  return (
    <EditingSection
      title="Environment variables"
      fixed={fixedIn(qualifier)}
      counter={`(${variables.length})`}
      description="What the function finds in its environment; it is sealed where it is kept."
      form={(close) => <EditVariables configuration={configuration} start={variables} onClose={close} />}
    >
      <Table
        variant="embedded"
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
    </EditingSection>
  );
}

function EditVariables({ configuration, start, onClose }: Pick<PartProps, "configuration"> & { start: Variable[]; onClose: () => void }) {
  const [variables, setVariables] = useState(start);
  const update = useChange(updateFunctionConfiguration, {
    says: `Successfully updated the function ${configuration.FunctionName}.`,
    ownError: true,
  });
  const set = (index: number, part: Partial<Variable>) =>
    setVariables(variables.map((each, at) => (at === index ? { ...each, ...part } : each)));
  const submit = () => {
    const Variables = Object.fromEntries(variables.filter(({ key }) => key).map(({ key, value }) => [key, value]));
    update.mutate({ FunctionName: configuration.FunctionName, Environment: { Variables } }, { onSuccess: onClose });
  };
  return (
    <SectionForm title="Edit environment variables" busy={update.isPending} error={update.error} onSave={submit} onClose={onClose}>
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
    </SectionForm>
  );
}
