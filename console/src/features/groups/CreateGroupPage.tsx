import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useAws, useSteps } from "../../aws/hooks";
import { listUsers } from "../../aws/iam-users";
import { FormPage } from "../../pieces/FormPage";
import { ResourceTable } from "../../pieces/ResourceTable";
import { PolicyChoice } from "../iam/PolicyChoice";
import { USER_COLUMNS } from "../iam/user-columns";
import { create, type NewGroup } from "./new-group";

/** Create user group: its name, its first users, and what they may do by it. */
export default function CreateGroupPage() {
  const navigate = useNavigate();
  const [group, setGroup] = useState<NewGroup>({ name: "", users: [], policies: [] });
  const users = useAws(listUsers, {});
  const change = (part: Partial<NewGroup>) => setGroup((before) => ({ ...before, ...part }));
  const making = useSteps<NewGroup, string>(create, {
    touches: ["iam"],
    says: (name) => `User group ${name} created.`,
    ownError: true,
  });
  return (
    <FormPage
      title="Create user group"
      byButton
      onSubmit={() => making.mutate(group, { onSuccess: (name) => void navigate(to.group(name)) })}
      cancel={to.groups()}
      busy={making.isPending}
      error={making.error}
    >
      <Container header={<Header variant="h2">Name the group</Header>}>
        <FormField
          label="User group name"
          description="A meaningful name to identify this group."
          constraintText="Maximum 128 characters. Use alphanumeric and '+=,.@-_' characters."
        >
          <Input value={group.name} onChange={({ detail }) => change({ name: detail.value })} autoFocus spellcheck={false} />
        </FormField>
      </Container>
      <ResourceTable
        variant="container"
        query={users}
        columns={USER_COLUMNS.filter((column) => column.id !== "arn")}
        title="Add users to the group - optional"
        what="users"
        trackBy="UserName"
        description="A user is in 10 groups at most."
        selection={{
          selected: (users.data ?? []).filter((user) => group.users.includes(user.UserName ?? "")),
          onSelect: (chosen) => change({ users: chosen.map((user) => user.UserName ?? "") }),
        }}
        findParameter="findUsers"
      />
      <PolicyChoice
        title="Attach permissions policies - optional"
        description="Up to 10 policies, which hold for all users of the group."
        value={group.policies}
        onChange={(policies) => change({ policies })}
      />
    </FormPage>
  );
}
