import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { lastPart } from "../../aws/arn";
import { useAws } from "../../aws/hooks";
import { rolePolicies } from "../iam/role-policies";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { RefreshButton } from "../../pieces/RefreshButton";
import { grants } from "../iam/statements";
import { GRANT_COLUMNS } from "./grant-columns";
import { PolicyStatements } from "./policy/PolicyStatements";
import type { PartProps } from "./tabs";

/** The execution role, what its policies allow, and who else may call the function. */
export default function PermissionsSection({ configuration, qualifier }: PartProps) {
  const role = lastPart(configuration.Role ?? "");
  const policies = useAws(rolePolicies, { RoleName: role });
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">Execution role</Header>}>
        <KeyValuePairs items={[{ label: "Role name", value: <Link href={to.role(role)}>{role}</Link> }]} />
      </Container>
      <ErrorAlert error={policies.error} retry={() => void policies.refetch()} />
      <Table
        header={
          <Header
            variant="h2"
            description="What the policies of the role say, statement by statement."
            actions={<RefreshButton of={policies} />}
          >
            Resource summary
          </Header>
        }
        columnDefinitions={GRANT_COLUMNS}
        items={(policies.data ?? []).flatMap((policy) => grants(policy.name, policy.document))}
        loading={policies.isPending && !policies.error}
        loadingText="Asking for policies"
        empty={<Box>The role has no policies: the function may do nothing.</Box>}
        ariaLabels={{ tableLabel: "Resource summary" }}
        wrapLines
      />
      <PolicyStatements configuration={configuration} qualifier={qualifier} />
    </SpaceBetween>
  );
}
