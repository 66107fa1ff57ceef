import type { SummaryKeyType } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { to } from "../../app/paths";
import { useAws, useSteps } from "../../aws/hooks";
import { generateCredentialReport, getAccountSummary, getCredentialReport } from "../../aws/iam-account";
import { download } from "../../pieces/download";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";

const QUOTAS = [
  ["User groups", "GroupsQuota"],
  ["Users", "UsersQuota"],
  ["Roles", "RolesQuota"],
  ["Customer managed policies", "PoliciesQuota"],
  ["Groups per user", "GroupsPerUserQuota"],
  ["Access keys per user", "AccessKeysPerUserQuota"],
  ["Attached policies", "AttachedPoliciesPerRoleQuota"],
  ["Versions per policy", "VersionsPerPolicyQuota"],
] as const;

/** IAM Dashboard: how much there is of everything, and the credential report. */
export default function DashboardPage() {
  const summary = useAws(getAccountSummary, {});
  const counts = summary.data?.SummaryMap;
  if (!counts) return summary.error ? <ErrorAlert error={summary.error} retry={() => void summary.refetch()} /> : <Loading />;
  const count = (label: string, name: SummaryKeyType, href: string) => ({
    label,
    value: (
      <Link variant="awsui-value-large" href={href} ariaLabel={`${label}: ${counts[name] ?? 0}`}>
        {counts[name] ?? 0}
      </Link>
    ),
  });
  return (
    <SpaceBetween size="m">
      <Header variant="h1">IAM Dashboard</Header>
      <Container header={<Header variant="h2" description="Resources in this account.">IAM resources</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            count("User groups", "Groups", to.groups()),
            count("Users", "Users", to.users()),
            count("Roles", "Roles", to.roles()),
            count("Policies", "Policies", to.policies()),
          ]}
        />
      </Container>
      <Container header={<Header variant="h2" description="How many there may be, as on AWS.">Quotas</Header>}>
        <KeyValuePairs
          columns={4}
          items={QUOTAS.map(([label, name]) => ({ label, value: counts[name] ?? "-" }))}
        />
      </Container>
      <CredentialReport />
    </SpaceBetween>
  );
}

/** When each user's keys were made and used: made anew where the last report is four hours old. */
function CredentialReport() {
  const report = useSteps<undefined, undefined>(
    async (_input, step) => {
      await step(generateCredentialReport, {});
      const { Content } = await step(getCredentialReport, {});
      if (Content) download(Content, "credential-report.csv", "text/csv");
      return undefined;
    },
    { touches: [] },
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="All users as CSV: when they were made, and when each of their keys was made, changed and used. A report is kept for four hours."
          actions={
            <Button iconName="download" loading={report.isPending} onClick={() => report.mutate(undefined)}>
              Download credential report
            </Button>
          }
        >
          Credential report
        </Header>
      }
    />
  );
}
