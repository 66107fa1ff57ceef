import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { getRole } from "../../aws/iam";
import { CodeBlock } from "../../pieces/CodeBlock";
import { Copyable } from "../../pieces/Copyable";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { prettyJson, timeText } from "../../pieces/texts";
import { useParameter } from "../../pieces/useParameter";
import { RolePolicies } from "./RolePolicies";

/** One role: what it may do, and who may take it on. */
export default function RolePage() {
  const { role: name = "" } = useParams();
  const [tab, setTab] = useParameter("tab", "permissions");
  const answer = useAws(getRole, { RoleName: name });
  const role = answer.data?.Role;
  if (isMissing(answer.error)) return <NotFound what="role" name={name} back={{ text: "Roles", href: to.roles() }} />;
  if (!role) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description={role.Description}>
        {name}
      </Header>
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
      <Tabs
        ariaLabel={`Role ${name}`}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
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
    </SpaceBetween>
  );
}
