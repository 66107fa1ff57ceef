import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { createPolicy } from "../../aws/iam-users";
import { FormPage } from "../../pieces/FormPage";
import { PolicyEditor } from "./PolicyEditor";
import { EMPTY_POLICY, lacks } from "./visual";

/** Create policy: what it says, by choosing or as JSON, and its name. */
export default function CreatePolicyPage() {
  const navigate = useNavigate();
  const [text, setText] = useState(EMPTY_POLICY);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useChange(createPolicy, { says: `Policy ${name} created.`, ownError: true });
  const [tried, setTried] = useState(false);
  const lacking = lacks(text);
  const submit = () => {
    setTried(true);
    if (lacking) return;
    create.mutate(
      { PolicyName: name, PolicyDocument: text, ...(description ? { Description: description } : {}) },
      { onSuccess: (answer) => void navigate(to.policy(answer.Policy?.Arn ?? "")) },
    );
  };
  return (
    <FormPage
      title="Create policy"
      byButton
      onSubmit={submit}
      cancel={to.policies()}
      busy={create.isPending}
      values={[text, name, description]}
      error={create.error}
    >
      <Container header={<Header variant="h2">Policy details</Header>}>
        <SpaceBetween size="m">
          <FormField label="Policy name" constraintText="Maximum 128 characters. Use alphanumeric and '+=,.@-_' characters.">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
          </FormField>
          <FormField label={<>Description <i>- optional</i></>} constraintText="It can't be changed later.">
            <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
          </FormField>
        </SpaceBetween>
      </Container>
      <PolicyEditor value={text} onChange={setText} problem={tried ? lacking : null} />
    </FormPage>
  );
}
