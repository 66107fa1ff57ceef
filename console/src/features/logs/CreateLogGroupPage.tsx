import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useSteps } from "../../aws/hooks";
import { createLogGroup, putRetentionPolicy } from "../../aws/logs";
import { FormPage } from "../../pieces/FormPage";
import { type Tag, TagsContainer } from "../../pieces/TagsContainer";
import { RetentionField } from "./retention";

/** Create log group: its name, how long it keeps events, tags. */
export default function CreateLogGroupPage() {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [days, setDays] = useState<number>();
  const [tags, setTags] = useState<Tag[]>([]);
  const create = useSteps<string, undefined>(
    async (logGroupName, step) => {
      const given = Object.fromEntries(tags.filter((tag) => tag.key).map((tag) => [tag.key, tag.value]));
      await step(createLogGroup, { logGroupName, ...(Object.keys(given).length ? { tags: given } : {}) });
      if (days) await step(putRetentionPolicy, { logGroupName, retentionInDays: days });
      return undefined;
    },
    { touches: ["logs"], says: `Log group ${name} created.`, ownError: true },
  );
  return (
    <FormPage
      title="Create log group"
      submit="Create"
      onSubmit={() => create.mutate(name, { onSuccess: () => void navigate(to.logGroup(name)) })}
      cancel={to.logGroups()}
      busy={create.isPending}
      error={create.error}
    >
      <Container header={<Header variant="h2">Log group details</Header>}>
        <SpaceBetween size="l">
          <FormField label="Log group name" constraintText="Letters, numbers, and . - _ / #">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus spellcheck={false} />
          </FormField>
          <RetentionField days={days} onChange={setDays} />
        </SpaceBetween>
      </Container>
      <TagsContainer tags={tags} onChange={setTags} />
    </FormPage>
  );
}
