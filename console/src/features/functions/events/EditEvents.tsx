import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";

import { useSteps } from "../../../aws/hooks";
import { updateFunctionConfiguration } from "../../../aws/lambda";
import { putEventConfig } from "../../../aws/lambda-settings";
import { SectionForm } from "../../../pieces/EditingSection";
import { configOf, type EventSettings } from "./events";
import { TargetField } from "./TargetField";

const RETRIES = ["0", "1", "2"].map((value) => ({ value, label: value }));

interface Props {
  /** The function, and its version or alias. */
  target: { FunctionName: string; Qualifier?: string };
  settings: EventSettings;
  /** The dead-letter queue's ARN, empty for none; nothing where it can't be changed, for a version has its own for good. */
  deadLetters?: string;
  onClose: () => void;
}

/** How often and how long events are tried, and who is told how they ended. */
export function EditEvents({ target, settings, deadLetters, onClose }: Props) {
  const [form, setForm] = useState(settings);
  const [queue, setQueue] = useState(deadLetters ?? "");
  const set = (part: Partial<EventSettings>) => setForm({ ...form, ...part });
  const save = useSteps<EventSettings, undefined>(
    async (wanted, step) => {
      await step(putEventConfig, { ...target, ...configOf(wanted) });
      if (deadLetters !== undefined && queue !== deadLetters)
        await step(updateFunctionConfiguration, { FunctionName: target.FunctionName, DeadLetterConfig: { TargetArn: queue } });
      return undefined;
    },
    { touches: ["lambda"], says: `Successfully updated the function ${target.FunctionName}.`, ownError: true },
  );
  return (
    <SectionForm
      title="Edit asynchronous invocation"
      busy={save.isPending}
      error={save.error}
      onSave={() => save.mutate(form, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField label="Maximum age of event" description="How long an event is kept and tried, in seconds." constraintText="60 to 21,600.">
        <Input type="number" value={form.age} onChange={({ detail }) => set({ age: detail.value })} />
      </FormField>
      <FormField label="Retry attempts" description="How often the function is called again with an event that it has failed at.">
        <Select
          selectedOption={{ value: form.retries, label: form.retries }}
          options={RETRIES}
          onChange={({ detail }) => set({ retries: detail.selectedOption.value ?? form.retries })}
        />
      </FormField>
      <TargetField
        functions
        label="On-success destination"
        description="Is told of each event that succeeded, and of what the function has returned. The execution role must be allowed to send to it."
        value={form.onSuccess}
        onChange={(onSuccess) => set({ onSuccess })}
      />
      <TargetField
        functions
        label="On-failure destination"
        description="Is told of each event that was given up, and why."
        value={form.onFailure}
        onChange={(onFailure) => set({ onFailure })}
      />
      {deadLetters !== undefined && (
        <TargetField
          label="Dead-letter queue"
          description="A queue or a topic that is sent the events themselves which were given up."
          value={queue}
          onChange={setQueue}
        />
      )}
    </SectionForm>
  );
}
