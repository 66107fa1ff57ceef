import type { Role } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";

import { to } from "../../app/paths";
import { CodeBlock } from "../../pieces/CodeBlock";
import { prettyJson } from "../../pieces/texts";
import { decoded } from "../iam/held-policies";

/** Who may take a role on. */
export function TrustTab({ role }: { role: Role }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Entities that can assume this role under specified conditions."
          actions={<Button href={to.editTrustPolicy(role.RoleName ?? "")}>Edit trust policy</Button>}
        >
          Trusted entities
        </Header>
      }
    >
      <CodeBlock label="Trust policy" text={prettyJson(decoded(role.AssumeRolePolicyDocument))} />
    </Container>
  );
}
