import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useAws, useChange } from "../../aws/hooks";
import { listTopics, subscribe } from "../../aws/sns";
import { FormPage } from "../../pieces/FormPage";
import { useParameter } from "../../pieces/useParameter";
import { deliveryAttributes, FilterFields, NEW_DELIVERY } from "./FilterFields";
import { isPending, lastOf } from "./names";

const PROTOCOLS = [
  { value: "sqs", label: "Amazon SQS", example: "arn:aws:sqs:us-east-1:000000000000:queue" },
  { value: "lambda", label: "AWS Lambda", example: "arn:aws:lambda:us-east-1:000000000000:function:name" },
  { value: "email", label: "Email", example: "user@example.com" },
  { value: "email-json", label: "Email-JSON", example: "user@example.com" },
  { value: "http", label: "HTTP", example: "http://example.com/messages" },
  { value: "https", label: "HTTPS", example: "https://example.com/messages" },
];
const RAW = new Set(["sqs", "http", "https"]);
const AT_ONCE = new Set(["sqs", "lambda"]);

/** Create subscription: whom a topic's messages go to. */
export default function SubscribePage() {
  const navigate = useNavigate();
  const [topic, setTopic] = useParameter("topic");
  const [protocol, setProtocol] = useState("");
  const [endpoint, setEndpoint] = useState("");
  const [delivery, setDelivery] = useState(NEW_DELIVERY);
  const topics = useAws(listTopics, {});
  const create = useChange(subscribe, {
    touches: ["sns", "tailrace"],
    says: (answer) =>
      isPending(answer.SubscriptionArn) ? "Subscription created: its endpoint has to confirm it." : "Subscription created.",
    ownError: true,
  });
  const submit = () => {
    const { RawMessageDelivery, ...filter } = deliveryAttributes(delivery);
    create.mutate(
      {
        TopicArn: topic,
        Protocol: protocol,
        Endpoint: endpoint,
        Attributes: {
          ...(delivery.raw && RAW.has(protocol) ? { RawMessageDelivery: RawMessageDelivery ?? "" } : {}),
          ...(delivery.filter.trim() ? filter : {}),
        },
      },
      { onSuccess: () => void navigate(to.topic(topic)) },
    );
  };
  const options = (topics.data ?? []).map(({ TopicArn: arn = "" }) => ({ value: arn, label: lastOf(arn), description: arn }));
  const chosen = PROTOCOLS.find((each) => each.value === protocol);
  return (
    <FormPage
      title="Create subscription"
      onSubmit={submit}
      cancel={topic ? to.topic(topic) : to.topics()}
      busy={create.isPending}
      values={[protocol, endpoint, delivery]}
      error={create.error}
    >
      <Container header={<Header variant="h2">Details</Header>}>
        <SpaceBetween size="l">
          <FormField label="Topic">
            <Select
              placeholder="Choose a topic"
              selectedOption={options.find((option) => option.value === topic) ?? (topic ? { value: topic, label: lastOf(topic) } : null)}
              options={options}
              filteringType="auto"
              filteringAriaLabel="Find topics"
              statusType={topics.isPending ? "loading" : "finished"}
              loadingText="Asking for topics"
              empty="No topics yet"
              onChange={({ detail }) => setTopic(detail.selectedOption.value ?? "")}
            />
          </FormField>
          <FormField label="Protocol" description="How the endpoint is reached.">
            <Select
              placeholder="Choose a protocol"
              selectedOption={chosen ?? null}
              options={PROTOCOLS}
              onChange={({ detail }) => setProtocol(detail.selectedOption.value ?? "")}
            />
          </FormField>
          <FormField
            label="Endpoint"
            description="Who gets the messages."
            constraintText={chosen && !AT_ONCE.has(protocol) ? "The endpoint has to confirm the subscription before it gets messages." : undefined}
          >
            <Input value={endpoint} placeholder={chosen?.example ?? ""} spellcheck={false} onChange={({ detail }) => setEndpoint(detail.value)} />
          </FormField>
          <FilterFields value={delivery} onChange={setDelivery} canBeRaw={RAW.has(protocol)} />
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}
