import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";

import { useChange } from "../../aws/hooks";
import { updateFunctionConfiguration } from "../../aws/lambda";
import { EditingSection, SectionForm } from "../../pieces/EditingSection";
import { fixedIn, type PartProps } from "./tabs";

/** Description, memory, timeout and the size of /tmp. */
export default function GeneralSection({ configuration, qualifier }: PartProps) {
  return (
    <EditingSection
      title="General configuration"
      fixed={fixedIn(qualifier)}
      form={(close) => <EditGeneral configuration={configuration} onClose={close} />}
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
    </EditingSection>
  );
}

function EditGeneral({ configuration, onClose }: Pick<PartProps, "configuration"> & { onClose: () => void }) {
  const [description, setDescription] = useState(configuration.Description ?? "");
  const [memory, setMemory] = useState(String(configuration.MemorySize ?? 128));
  const [timeout, setTimeoutSeconds] = useState(String(configuration.Timeout ?? 3));
  const [storage, setStorage] = useState(String(configuration.EphemeralStorage?.Size ?? 512));
  const update = useChange(updateFunctionConfiguration, {
    says: `Successfully updated the function ${configuration.FunctionName}.`,
    ownError: true,
  });
  const submit = () => {
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
    <SectionForm title="Edit general configuration" busy={update.isPending} error={update.error} onSave={submit} onClose={onClose}>
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
    </SectionForm>
  );
}
