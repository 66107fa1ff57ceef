import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { lastPart } from "../../aws/arn";
import { session } from "../../aws/session";
import { CodeBlock } from "../../pieces/CodeBlock";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { TagsContainer } from "../../pieces/TagsContainer";
import { prettyJson } from "../../pieces/texts";
import { type NewRole, trustPolicy } from "./new-role";

interface Props {
  role: NewRole;
  onChange: (part: Partial<NewRole>) => void;
  /** Go back to a step. */
  onEdit: (step: number) => void;
  error: unknown;
}

/** Name, review, and create. */
export function ReviewRole({ role, onChange, onEdit, error }: Props) {
  const edit = (step: number) => <Button onClick={() => onEdit(step)}>Edit</Button>;
  return (
    <SpaceBetween size="l">
      <ErrorAlert error={error} />
      <Container header={<Header variant="h2">Role details</Header>}>
        <SpaceBetween size="m">
          <FormField
            label="Role name"
            description="A meaningful name to identify this role."
            constraintText="Maximum 64 characters. Use alphanumeric and '+=,.@-_' characters."
          >
            <Input value={role.name} onChange={({ detail }) => onChange({ name: detail.value })} spellcheck={false} />
          </FormField>
          <FormField label={<>Description <i>- optional</i></>} constraintText="Maximum 1000 characters.">
            <Textarea value={role.description} onChange={({ detail }) => onChange({ description: detail.value })} rows={2} />
          </FormField>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2" actions={edit(0)}>Step 1: Select trusted entities</Header>}>
        <CodeBlock label="Trust policy" text={prettyJson(trustPolicy(role.trust, session()?.account ?? ""))} />
      </Container>
      <Container header={<Header variant="h2" actions={edit(1)}>Step 2: Add permissions</Header>}>
        <KeyValuePairs
          columns={2}
          items={[
            { label: "Permissions policies", value: role.policies.length ? <Names of={role.policies} /> : "None: the role may do nothing yet" },
            { label: "Permissions boundary", value: role.boundary ? lastPart(role.boundary) : "Not set" },
          ]}
        />
      </Container>
      <TagsContainer tags={role.tags} onChange={(tags) => onChange({ tags })} />
    </SpaceBetween>
  );
}

function Names({ of: arns }: { of: string[] }) {
  return (
    <>
      {arns.map((arn) => (
        <Box key={arn}>{lastPart(arn)}</Box>
      ))}
    </>
  );
}
