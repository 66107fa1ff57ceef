import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import { useState } from "react";

import { lastPart, parseArn } from "../../../aws/arn";
import { wording } from "../../../aws/errors";
import { useAws } from "../../../aws/hooks";
import { listFunctions } from "../../../aws/lambda";
import { listTopics } from "../../../aws/sns";
import { describeQueues } from "../../sqs/queue";

interface Props {
  label: string;
  description: string;
  /** An ARN; empty for none. */
  value: string;
  onChange: (arn: string) => void;
  /** Functions are targets, too. */
  functions?: boolean;
}

/** The ARN of a queue, a topic or a function: written, or chosen among those that there are. */
export function TargetField({ label, description, value, onChange, functions: asksFunctions = false }: Props) {
  const [opened, setOpened] = useState(false);
  const asked = opened ? {} : null;
  const queues = useAws(describeQueues, asked);
  const topics = useAws(listTopics, asked);
  const functions = useAws(listFunctions, asksFunctions ? asked : null);
  const answers = asksFunctions ? [queues, topics, functions] : [queues, topics];
  const error = answers.find((answer) => answer.error)?.error;
  const groups = [
    { label: "SQS queues", options: (queues.data ?? []).filter((queue) => !queue.fifo).map((queue) => optionOf(queue.arn)) },
    { label: "SNS topics", options: (topics.data ?? []).map((topic) => optionOf(topic.TopicArn ?? "")) },
    { label: "Lambda functions", options: (functions.data ?? []).map((found) => optionOf(found.FunctionArn ?? "")) },
  ];
  return (
    <FormField label={label} description={description}>
      <Autosuggest
        value={value}
        placeholder="arn:aws:sqs:…"
        options={groups.filter((group) => group.options.length > 0)}
        enteredTextLabel={(text) => `Use: ${text}`}
        statusType={opened && answers.some((answer) => answer.isPending && !answer.error) ? "loading" : error ? "error" : "finished"}
        loadingText="Asking for queues, topics and functions"
        errorText={error ? wording(error) : ""}
        empty="There is none: write an ARN"
        onFocus={() => setOpened(true)}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}

function optionOf(arn: string) {
  return { value: arn, description: lastPart(parseArn(arn)?.resource ?? arn) };
}
