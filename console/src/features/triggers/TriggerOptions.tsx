import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { EventSourcePosition } from "@aws-sdk/client-lambda";

import { isNumber, type NewTrigger } from "./new-trigger";

interface Props {
  value: NewTrigger;
  onChange: (part: Partial<NewTrigger>) => void;
}

const FILTERS_MAX = 5;

const NUMBERS: { name: keyof NewTrigger & ("batchWindow" | "parallelization" | "retryAttempts" | "maximumAge" | "tumblingWindow"); label: string; description: string; placeholder: string }[] = [
  { name: "batchWindow", label: "Batch window", description: "Seconds to gather records for, up to 300.", placeholder: "0" },
  { name: "parallelization", label: "Concurrent batches per shard", description: "From 1 to 10; items of one key stay in order.", placeholder: "1" },
  { name: "retryAttempts", label: "Retry attempts", description: "How often a failed batch is tried again; -1 for ever.", placeholder: "-1" },
  { name: "maximumAge", label: "Maximum age of record", description: "Seconds from 60 on; -1: as long as the stream keeps it.", placeholder: "-1" },
  { name: "tumblingWindow", label: "Tumbling window duration", description: "Seconds that a state is carried through, up to 900.", placeholder: "0" },
];

/** Everything else that a trigger may be told. */
export function TriggerOptions({ value, onChange }: Props) {
  return (
    <ExpandableSection headerText="Additional settings" variant="footer" headingTagOverride="h3">
      <SpaceBetween size="l">
        <FormField label="Starting position">
          <RadioGroup
            value={value.startingPosition}
            onChange={({ detail }) => onChange({ startingPosition: detail.value as EventSourcePosition })}
            items={[
              { value: "LATEST", label: "Latest", description: "Records that are written from now on." },
              { value: "TRIM_HORIZON", label: "Trim horizon", description: "All records that the stream still holds." },
            ]}
          />
        </FormField>
        <ColumnLayout columns={2}>
          {NUMBERS.map(({ name, label, description, placeholder }) => (
            <FormField key={name} label={label} description={description} errorText={isNumber(value[name]) ? "" : "A whole number"}>
              <Input
                type="number"
                value={value[name]}
                placeholder={placeholder}
                onChange={({ detail }) => onChange({ [name]: detail.value })}
              />
            </FormField>
          ))}
          <FormField label="On-failure destination" description="The ARN of a queue or a topic that is told what was given up.">
            <Input value={value.destination} placeholder="arn:aws:sqs:…" onChange={({ detail }) => onChange({ destination: detail.value })} />
          </FormField>
        </ColumnLayout>
        <Checkbox
          checked={value.bisect}
          onChange={({ detail }) => onChange({ bisect: detail.checked })}
          description="A failed batch is halved, so that one bad record doesn't hold up the others."
        >
          Split batch on error
        </Checkbox>
        <Checkbox
          checked={value.reportFailures}
          onChange={({ detail }) => onChange({ reportFailures: detail.checked })}
          description="The function answers from which record on it failed."
        >
          Report batch item failures
        </Checkbox>
        <AttributeEditor
          items={value.filters}
          empty="No filter: the function gets every record."
          addButtonText="Add filter pattern"
          removeButtonText="Remove"
          disableAddButton={value.filters.length >= FILTERS_MAX}
          onAddButtonClick={() => onChange({ filters: [...value.filters, ""] })}
          onRemoveButtonClick={({ detail }) => onChange({ filters: value.filters.filter((_it, at) => at !== detail.itemIndex) })}
          definition={[
            {
              label: "Filter pattern",
              control: (pattern, index) => (
                <Input
                  ariaLabel={`Filter pattern ${index + 1}`}
                  value={pattern}
                  placeholder='{"eventName": ["INSERT"]}'
                  onChange={({ detail }) =>
                    onChange({ filters: value.filters.map((it, at) => (at === index ? detail.value : it)) })
                  }
                />
              ),
            },
          ]}
        />
      </SpaceBetween>
    </ExpandableSection>
  );
}
