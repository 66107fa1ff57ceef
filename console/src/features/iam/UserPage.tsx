import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { getUser } from "../../aws/iam-users";
import { Copyable } from "../../pieces/Copyable";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { timeText } from "../../pieces/texts";
import { useParameter } from "../../pieces/useParameter";
import { DeleteUser } from "./DeleteUser";
import { UserGroups } from "./UserGroups";
import { UserKeys } from "./UserKeys";
import { UserPolicies } from "./UserPolicies";

/** One user: what it may do, and the keys that it signs with. */
export default function UserPage() {
  const { user: name = "" } = useParams();
  const navigate = useNavigate();
  const [tab, setTab] = useParameter("tab", "permissions");
  const [deleting, setDeleting] = useState(false);
  const answer = useAws(getUser, { UserName: name });
  const user = answer.data?.User;
  if (isMissing(answer.error)) return <NotFound what="user" name={name} back={{ text: "Users", href: to.users() }} />;
  if (!user) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button href={to.activity({ principal: user.Arn ?? "" })}>Activity</Button>
            <Button onClick={() => setDeleting(true)}>Delete</Button>
          </SpaceBetween>
        }
      >
        {name}
      </Header>
      <Container header={<Header variant="h2">Summary</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Created", value: timeText(user.CreateDate) },
            { label: "User ID", value: user.UserId ?? "-" },
            { label: "ARN", value: <Copyable text={user.Arn ?? ""} what="ARN" /> },
          ]}
        />
      </Container>
      <Tabs
        ariaLabel={`User ${name}`}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: "permissions", label: "Permissions", content: <UserPolicies user={name} /> },
          { id: "groups", label: "Groups", content: <UserGroups user={name} /> },
          { id: "keys", label: "Security credentials", content: <UserKeys user={name} /> },
        ]}
      />
      {deleting && (
        <DeleteUser
          user={name}
          onClose={(done) => {
            setDeleting(false);
            if (done) void navigate(to.users());
          }}
        />
      )}
    </SpaceBetween>
  );
}
