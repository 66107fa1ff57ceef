import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { createTopic } from "../../aws/sns";
import { FormPage } from "../../pieces/FormPage";
import { type Tag, TagsContainer } from "../../pieces/TagsContainer";

const FIFO = ".fifo";

/** Create topic: its type and name. */
export default function CreateTopicPage() {
  const navigate = useNavigate();
  const [fifo, setFifo] = useState(false);
  const [name, setName] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [byContent, setByContent] = useState(false);
  const [tags, setTags] = useState<Tag[]>([]);
  const create = useChange(createTopic, { says: `Topic ${name} created.`, ownError: true });
  const submit = () => {
    create.mutate(
      {
        Name: fifo && !name.endsWith(FIFO) ? name + FIFO : name,
        Attributes: {
          ...(displayName ? { DisplayName: displayName } : {}),
          ...(fifo ? { FifoTopic: "true", ContentBasedDeduplication: String(byContent) } : {}),
        },
        Tags: tags.filter((tag) => tag.key).map((tag) => ({ Key: tag.key, Value: tag.value })),
      },
      { onSuccess: (answer) => void navigate(to.topic(answer.TopicArn ?? "")) },
    );
  };
  return (
    <FormPage
      title="Create topic"
      onSubmit={submit}
      cancel={to.topics()}
      busy={create.isPending}
      values={[fifo, name, displayName, byContent, tags]}
      error={create.error}
    >
      <Container header={<Header variant="h2">Details</Header>}>
        <SpaceBetween size="l">
          <FormField label="Type" description="It can't be changed later.">
            <Tiles
              value={fifo ? "fifo" : "standard"}
              onChange={({ detail }) => setFifo(detail.value === "fifo")}
              items={[
                {
                  value: "standard",
                  label: "Standard",
                  description: "Order as it comes, at least once; queues, functions, mail, HTTP(S).",
                },
                {
                  value: "fifo",
                  label: "FIFO (first-in, first-out)",
                  description: "Messages of a group in their order, each once; to queues alone.",
                },
              ]}
            />
          </FormField>
          <FormField
            label="Name"
            constraintText="At most 256 characters: letters, numbers, hyphens and underscores. A FIFO topic's ends in .fifo, which is added."
          >
            <Input value={name} onChange={({ detail }) => setName(detail.value)} placeholder="MyTopic" autoFocus spellcheck={false} />
          </FormField>
          <FormField label={<>Display name <i>- optional</i></>} description="Who mails come from." constraintText="At most 100 characters.">
            <Input value={displayName} onChange={({ detail }) => setDisplayName(detail.value)} placeholder="My Topic" />
          </FormField>
          {fifo && (
            <Checkbox
              checked={byContent}
              onChange={({ detail }) => setByContent(detail.checked)}
              description="A message with the same text within five minutes is the same message."
            >
              Content-based message deduplication
            </Checkbox>
          )}
        </SpaceBetween>
      </Container>
      <TagsContainer tags={tags} onChange={setTags} />
    </FormPage>
  );
}
