import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { createQueue } from "../../aws/sqs";
import { fifoName } from "../../pieces/fifo-name";
import { FormPage } from "../../pieces/FormPage";
import { type Tag, TagsContainer } from "../../pieces/TagsContainer";
import { toRecord } from "../../pieces/tags";
import { TypeTiles } from "../../pieces/TypeTiles";
import { DeadLetterFields, NO_DEAD_LETTERS, redrivePolicy } from "./DeadLetterFields";
import { FifoFields } from "./FifoFields";
import { queueName } from "./queue";
import { changed, FIFO_INITIAL, INITIAL } from "./settings";
import { SettingFields } from "./SettingFields";

/** Create queue: type, name, how long what takes, and where dead letters go. */
export default function CreateQueuePage() {
  const navigate = useNavigate();
  const [fifo, setFifo] = useState(false);
  const [name, setName] = useState("");
  const [fifoValues, setFifoValues] = useState(FIFO_INITIAL);
  const [values, setValues] = useState(INITIAL);
  const [dead, setDead] = useState(NO_DEAD_LETTERS);
  const [tags, setTags] = useState<Tag[]>([]);
  const create = useChange(createQueue, { says: `Queue ${name} created.`, ownError: true });
  const submit = () => {
    const redrive = redrivePolicy(dead);
    create.mutate(
      {
        QueueName: fifoName(name, fifo),
        Attributes: {
          ...changed(INITIAL, values),
          ...(fifo ? { FifoQueue: "true", ...changed(FIFO_INITIAL, fifoValues) } : {}),
          ...(redrive ? { RedrivePolicy: redrive } : {}),
        },
        tags: toRecord(tags.filter((tag) => tag.key)),
      },
      { onSuccess: (answer) => void navigate(to.queue(queueName(answer.QueueUrl ?? name))) },
    );
  };
  return (
    <FormPage
      title="Create queue"
      onSubmit={submit}
      cancel={to.queues()}
      busy={create.isPending}
      values={[fifo, name, fifoValues, values, dead, tags]}
      error={create.error}
    >
      <Container header={<Header variant="h2">Details</Header>}>
        <SpaceBetween size="l">
          <TypeTiles
            fifo={fifo}
            onChange={setFifo}
            standard="At least once, in about the order of sending."
            firstInFirstOut="Each once, in the order of its group."
          />
          <FormField
            label="Name"
            constraintText="At most 80 characters: letters, numbers, hyphens and underscores. A FIFO queue's ends in .fifo, which is added."
          >
            <Input value={name} onChange={({ detail }) => setName(detail.value)} placeholder="MyQueue" autoFocus spellcheck={false} />
          </FormField>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Configuration</Header>}>
        <SettingFields values={values} onChange={setValues} />
      </Container>
      {fifo && (
        <Container header={<Header variant="h2">FIFO queue settings</Header>}>
          <FifoFields values={fifoValues} onChange={setFifoValues} />
        </Container>
      )}
      <Container header={<Header variant="h2">Dead-letter queue</Header>}>
        <DeadLetterFields value={dead} onChange={setDead} fifo={fifo} />
      </Container>
      <TagsContainer tags={tags} onChange={setTags} />
    </FormPage>
  );
}
