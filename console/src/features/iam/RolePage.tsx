import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { getRole } from "../../aws/iam";
import { deleteRoleBoundary, listRoleTags, putRoleBoundary, tagRole, untagRole } from "../../aws/iam-roles";
import { Copyable } from "../../pieces/Copyable";
import { DetailPage } from "../../pieces/DetailPage";
import { timeText } from "../../pieces/texts";
import { useDeletion } from "../../pieces/useDeletion";
import { DeleteRoles } from "../roles/DeleteRoles";
import { EditRoleModal } from "../roles/EditRoleModal";
import { durationText } from "../roles/session-durations";
import { TrustTab } from "../roles/TrustTab";
import { EntityTags } from "./EntityTags";
import { PermissionsBoundary } from "./PermissionsBoundary";
import { RolePolicies } from "./RolePolicies";

/** One role: what it may do, and who may take it on. */
export default function RolePage() {
  const { role: name = "" } = useParams();
  const deletion = useDeletion(to.roles());
  const [editing, setEditing] = useState(false);
  const answer = useAws(getRole, { RoleName: name });
  return (
    <DetailPage
      what="role"
      name={name}
      back={{ text: "Roles", href: to.roles() }}
      query={answer}
      found={answer.data?.Role}
      description={(role) => role.Description}
      actions={(role) => (
        <>
          <Button href={to.simulator({ principal: role.Arn ?? "" })}>Simulate</Button>
          <Button onClick={deletion.ask}>Delete</Button>
        </>
      )}
      summary={(role) => (
        <Container header={<Header variant="h2" actions={<Button onClick={() => setEditing(true)}>Edit</Button>}>Summary</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Creation date", value: timeText(role.CreateDate) },
              { label: "Last activity", value: timeText(role.RoleLastUsed?.LastUsedDate) },
              { label: "Maximum session duration", value: durationText(role.MaxSessionDuration) },
              { label: "ARN", value: <Copyable text={role.Arn ?? ""} what="ARN" /> },
            ]}
          />
        </Container>
      )}
      tabs={(role) => [
        {
          id: "permissions",
          label: "Permissions",
          content: (
            <SpaceBetween size="m">
              <RolePolicies role={name} />
              <PermissionsBoundary
                kind="role"
                entity={{ RoleName: name }}
                value={role.PermissionsBoundary?.PermissionsBoundaryArn ?? ""}
                put={putRoleBoundary}
                remove={deleteRoleBoundary}
              />
            </SpaceBetween>
          ),
        },
        { id: "trust", label: "Trust relationships", content: <TrustTab role={role} /> },
        {
          id: "tags",
          label: "Tags",
          content: <EntityTags entity={{ RoleName: name }} list={listRoleTags} tag={tagRole} untag={untagRole} />,
        },
      ]}
    >
      {(role) => (
        <>
          {editing && <EditRoleModal role={role} onClose={() => setEditing(false)} />}
          {deletion.asking && <DeleteRoles names={[name]} leaves onClose={deletion.close} />}
        </>
      )}
    </DetailPage>
  );
}
