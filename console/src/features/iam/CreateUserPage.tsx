import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { createUser } from "../../aws/iam-users";
import { FormPage } from "../../pieces/FormPage";
import { type Tag, TagsContainer } from "../../pieces/TagsContainer";

/** Create user: a name. Keys and policies come on the user's page. */
export default function CreateUserPage() {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [tags, setTags] = useState<Tag[]>([]);
  const create = useChange(createUser, { says: `User ${name} created.`, ownError: true });
  const submit = () => {
    const Tags = tags.filter((tag) => tag.key).map((tag) => ({ Key: tag.key, Value: tag.value }));
    create.mutate({ UserName: name, ...(Tags.length ? { Tags } : {}) }, { onSuccess: () => void navigate(to.user(name)) });
  };
  return (
    <FormPage title="Create user" onSubmit={submit} cancel={to.users()} busy={create.isPending} values={[name, tags]} error={create.error}>
      <Container header={<Header variant="h2" description="A new user may do nothing until a policy says so.">User details</Header>}>
        <FormField label="User name" constraintText="At most 64 characters: letters, numbers, and + = , . @ _ - (hyphen).">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus spellcheck={false} />
        </FormField>
      </Container>
      <TagsContainer tags={tags} onChange={setTags} />
    </FormPage>
  );
}
