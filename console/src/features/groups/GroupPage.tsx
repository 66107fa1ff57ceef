import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { getGroup } from "../../aws/iam-groups";
import { Copyable } from "../../pieces/Copyable";
import { DetailPage } from "../../pieces/DetailPage";
import { timeText } from "../../pieces/texts";
import { useDeletion } from "../../pieces/useDeletion";
import { DeleteGroups } from "./DeleteGroups";
import { GroupPolicies } from "./GroupPolicies";
import { GroupUsers } from "./GroupUsers";
import { RenameGroupModal } from "./RenameGroupModal";

/** One user group: who is in it, and what they may do by it. */
export default function GroupPage() {
  const { group: name = "" } = useParams();
  const deletion = useDeletion(to.groups());
  const [renaming, setRenaming] = useState(false);
  const answer = useAws(getGroup, { GroupName: name });
  return (
    <DetailPage
      what="user group"
      name={name}
      back={{ text: "User groups", href: to.groups() }}
      query={answer}
      found={answer.data?.Group}
      actions={(group) => (
        <>
          <Button href={to.simulator({ principal: group.Arn ?? "" })}>Simulate</Button>
          <Button onClick={deletion.ask}>Delete</Button>
        </>
      )}
      summary={(group) => (
        <Container header={<Header variant="h2" actions={<Button onClick={() => setRenaming(true)}>Edit</Button>}>Summary</Header>}>
          <KeyValuePairs
            columns={3}
            items={[
              { label: "User group name", value: name },
              { label: "Creation time", value: timeText(group.CreateDate) },
              { label: "ARN", value: <Copyable text={group.Arn ?? ""} what="ARN" /> },
            ]}
          />
        </Container>
      )}
      tabs={() => [
        { id: "users", label: "Users", content: <GroupUsers group={name} /> },
        { id: "permissions", label: "Permissions", content: <GroupPolicies group={name} /> },
      ]}
    >
      {() => (
        <>
          {renaming && <RenameGroupModal group={name} onClose={() => setRenaming(false)} />}
          {deletion.asking && <DeleteGroups names={[name]} leaves onClose={deletion.close} />}
        </>
      )}
    </DetailPage>
  );
}
