import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { getRole } from "../../aws/iam";
import { CodeBlock } from "../../pieces/CodeBlock";
import { Copyable } from "../../pieces/Copyable";
import { DetailPage } from "../../pieces/DetailPage";
import { prettyJson, timeText } from "../../pieces/texts";
import { RolePolicies } from "./RolePolicies";

/** One role: what it may do, and who may take it on. */
export default function RolePage() {
  const { role: name = "" } = useParams();
  const answer = useAws(getRole, { RoleName: name });
  return (
    <DetailPage
      what="role"
      name={name}
      back={{ text: "Roles", href: to.roles() }}
      query={answer}
      found={answer.data?.Role}
      description={(role) => role.Description}
      summary={(role) => (
        <Container header={<Header variant="h2">Summary</Header>}>
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Creation date", value: timeText(role.CreateDate) },
              { label: "Last activity", value: timeText(role.RoleLastUsed?.LastUsedDate) },
              { label: "ARN", value: <Copyable text={role.Arn ?? ""} what="ARN" /> },
            ]}
          />
        </Container>
      )}
      tabs={(role) => [
        { id: "permissions", label: "Permissions", content: <RolePolicies role={name} /> },
        {
          id: "trust",
          label: "Trust relationships",
          content: (
            <Container header={<Header variant="h2" description="Who may take this role on.">Trusted entities</Header>}>
              <CodeBlock label="Trust policy" text={prettyJson(decodeURIComponent(role.AssumeRolePolicyDocument ?? ""))} />
            </Container>
          ),
        },
      ]}
    />
  );
}
