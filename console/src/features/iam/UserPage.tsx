import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { deleteUserBoundary, listUserTags, putUserBoundary, tagUser, untagUser } from "../../aws/iam-roles";
import { getUser } from "../../aws/iam-users";
import { Copyable } from "../../pieces/Copyable";
import { DetailPage } from "../../pieces/DetailPage";
import { timeText } from "../../pieces/texts";
import { useDeletion } from "../../pieces/useDeletion";
import { DeleteUser } from "./DeleteUser";
import { EntityTags } from "./EntityTags";
import { PermissionsBoundary } from "./PermissionsBoundary";
import { UserGroups } from "./UserGroups";
import { UserKeys } from "./UserKeys";
import { UserPolicies } from "./UserPolicies";

/** One user: what it may do, and the keys that it signs with. */
export default function UserPage() {
  const { user: name = "" } = useParams();
  const deletion = useDeletion(to.users());
  const answer = useAws(getUser, { UserName: name });
  return (
    <DetailPage
      what="user"
      name={name}
      back={{ text: "Users", href: to.users() }}
      query={answer}
      found={answer.data?.User}
      actions={(user) => (
        <>
          <Button href={to.activity({ principal: user.Arn ?? "" })}>Activity</Button>
          <Button href={to.simulator({ principal: user.Arn ?? "" })}>Simulate</Button>
          <Button onClick={deletion.ask}>Delete</Button>
        </>
      )}
      summary={(user) => (
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
      )}
      tabs={(user) => [
        {
          id: "permissions",
          label: "Permissions",
          content: (
            <SpaceBetween size="m">
              <UserPolicies user={name} />
              <PermissionsBoundary
                kind="user"
                entity={{ UserName: name }}
                value={user.PermissionsBoundary?.PermissionsBoundaryArn ?? ""}
                put={putUserBoundary}
                remove={deleteUserBoundary}
              />
            </SpaceBetween>
          ),
        },
        { id: "groups", label: "Groups", content: <UserGroups user={name} /> },
        { id: "keys", label: "Security credentials", content: <UserKeys user={name} /> },
        {
          id: "tags",
          label: "Tags",
          content: <EntityTags entity={{ UserName: name }} list={listUserTags} tag={tagUser} untag={untagUser} />,
        },
      ]}
    >
      {() => deletion.asking && <DeleteUser user={name} onClose={deletion.close} />}
    </DetailPage>
  );
}
