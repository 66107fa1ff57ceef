import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";

import { useAws } from "../../aws/hooks";
import { describeQueues, queueName } from "./queue";

export interface DeadLetters {
  on: boolean;
  arn: string;
  receives: string;
}

export const NO_DEAD_LETTERS: DeadLetters = { on: false, arn: "", receives: "10" };

/** The RedrivePolicy; empty where there is no dead-letter queue. */
export function redrivePolicy({ on, arn, receives }: DeadLetters): string {
  return on ? JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: Number(receives) }) : "";
}

/** What a RedrivePolicy says. */
export function deadLettersOf(policy: string | undefined): DeadLetters {
  if (!policy) return NO_DEAD_LETTERS;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as { deadLetterTargetArn: string; maxReceiveCount: number | string };
  return { on: true, arn: deadLetterTargetArn, receives: String(maxReceiveCount) };
}

interface Props {
  value: DeadLetters;
  onChange: (value: DeadLetters) => void;
  fifo: boolean;
  /** A queue isn't its own dead-letter queue. */
  except?: string;
}

/** Where messages go that were received too often. */
export function DeadLetterFields({ value, onChange, fifo, except }: Props) {
  const queues = useAws(describeQueues, {});
  const set = (part: Partial<DeadLetters>) => onChange({ ...value, ...part });
  const options = (queues.data ?? [])
    .filter((queue) => queue.fifo === fifo && queue.arn !== except)
    .map((queue) => ({ value: queue.arn, label: queue.name }));
  return (
    <SpaceBetween size="m">
      <Toggle checked={value.on} onChange={({ detail }) => set({ on: detail.checked })}>
        Send undeliverable messages to a dead-letter queue
      </Toggle>
      {value.on && (
        <>
          <FormField label="Dead-letter queue">
            <Select
              placeholder="Choose a queue"
              selectedOption={options.find((option) => option.value === value.arn) ?? (value.arn ? { value: value.arn, label: queueName(value.arn) } : null)}
              options={options}
              statusType={queues.isPending ? "loading" : "finished"}
              loadingText="Asking for queues"
              empty={`No other ${fifo ? "FIFO" : "standard"} queue yet`}
              onChange={({ detail }) => set({ arn: detail.selectedOption.value ?? "" })}
            />
          </FormField>
          <FormField label="Maximum receives" description="A message that was received more often goes there." constraintText="1 to 1,000.">
            <Input type="number" value={value.receives} onChange={({ detail }) => set({ receives: detail.value })} />
          </FormField>
        </>
      )}
    </SpaceBetween>
  );
}
