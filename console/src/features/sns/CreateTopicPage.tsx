import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { createTopic } from "../../aws/sns";
import { fifoName } from "../../pieces/fifo-name";
import { FormPage } from "../../pieces/FormPage";
import { type Tag, TagsContainer } from "../../pieces/TagsContainer";
import { toPairs } from "../../pieces/tags";
import { TypeTiles } from "../../pieces/TypeTiles";

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
        Name: fifoName(name, fifo),
        Attributes: {
          ...(displayName ? { DisplayName: displayName } : {}),
          ...(fifo ? { FifoTopic: "true", ContentBasedDeduplication: String(byContent) } : {}),
        },
        Tags: toPairs(tags.filter((tag) => tag.key)),
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
          <TypeTiles
            fifo={fifo}
            onChange={setFifo}
            standard="Order as it comes, at least once; queues, functions, mail, HTTP(S)."
            firstInFirstOut="Messages of a group in their order, each once; to queues alone."
          />
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
