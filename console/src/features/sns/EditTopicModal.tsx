import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";

import { useSteps } from "../../aws/hooks";
import { setTopicAttributes } from "../../aws/sns";
import { FormModal } from "../../pieces/FormModal";
import { isFifo } from "./names";

interface Props {
  topic: string;
  attributes: Record<string, string>;
  onClose: () => void;
}

/** The attributes of a topic that can be changed, but for its policies. */
export function EditTopicModal({ topic, attributes, onClose }: Props) {
  const [displayName, setDisplayName] = useState(attributes.DisplayName ?? "");
  const [byContent, setByContent] = useState(attributes.ContentBasedDeduplication === "true");
  const save = useSteps<Record<string, string>, undefined>(
    async (wanted, step) => {
      for (const [AttributeName, AttributeValue] of Object.entries(wanted)) {
        if ((attributes[AttributeName] ?? "") === AttributeValue) continue;
        await step(setTopicAttributes, { TopicArn: topic, AttributeName, AttributeValue });
      }
      return undefined;
    },
    { touches: ["sns"], says: "The topic has been changed.", ownError: true },
  );
  const submit = () =>
    save.mutate(
      { DisplayName: displayName, ...(isFifo(topic) ? { ContentBasedDeduplication: String(byContent) } : {}) },
      { onSuccess: onClose },
    );
  return (
    <FormModal title="Edit topic" action="Save changes" busy={save.isPending} error={save.error} onSubmit={submit} onClose={onClose}>
      <FormField label="Display name" description="Who mails come from.">
        <Input value={displayName} onChange={({ detail }) => setDisplayName(detail.value)} />
      </FormField>
      {isFifo(topic) && (
        <Checkbox checked={byContent} onChange={({ detail }) => setByContent(detail.checked)}>
          Content-based message deduplication
        </Checkbox>
      )}
    </FormModal>
  );
}
