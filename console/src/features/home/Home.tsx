import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { to } from "../../app/paths";
import { listTables } from "../../aws/dynamodb";
import { health } from "../../aws/health";
import { useAws } from "../../aws/hooks";
import { listFunctions } from "../../aws/lambda";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { RecentActivity } from "./RecentActivity";
import { TutorialCard } from "./TutorialCard";

const POLL_MS = 10_000;

/** The first page: whether the server is well, what is there, what happened, and how to begin. */
export default function Home() {
  const server = useAws(health, {}, { every: POLL_MS });
  const tables = useAws(listTables, {});
  const functions = useAws(listFunctions, {});
  return (
    <SpaceBetween size="m">
      <Header variant="h1">Home</Header>
      <ErrorAlert error={server.error ?? tables.error ?? functions.error} retry={() => void server.refetch()} />
      <Container header={<Header variant="h2">Server</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            {
              label: "Status",
              value: <StatusIndicator type={server.data ? "success" : "pending"}>{server.data ? `Running, version ${server.data.version}` : "Asking"}</StatusIndicator>,
            },
            { label: "Store", value: server.data?.store ?? "-" },
            { label: "Tables", value: <Link href={to.tables()}>{tables.data?.length ?? "-"}</Link> },
            { label: "Functions", value: <Link href={to.functions()}>{functions.data?.length ?? "-"}</Link> },
          ]}
        />
      </Container>
      <Grid gridDefinition={[{ colspan: { default: 12, s: 5 } }, { colspan: { default: 12, s: 7 } }]}>
        <TutorialCard />
        <RecentActivity />
      </Grid>
    </SpaceBetween>
  );
}
