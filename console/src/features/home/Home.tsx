import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { to } from "../../app/paths";
import { listTables } from "../../aws/dynamodb";
import { health } from "../../aws/health";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";

/** The first page: whether the server is well, and what is there. */
export default function Home() {
  const server = useAws(health, {}, { every: 10_000 });
  const tables = useAws(listTables, {});
  return (
    <ContentLayout header={<Header variant="h1">Home</Header>}>
      <Container header={<Header variant="h2">Server</Header>}>
        <ErrorAlert error={server.error ?? tables.error} retry={() => void server.refetch()} />
        <KeyValuePairs
          columns={4}
          items={[
            {
              label: "Status",
              value: <StatusIndicator type={server.data ? "success" : "pending"}>{server.data ? "Running" : "Asking"}</StatusIndicator>,
            },
            { label: "Version", value: server.data?.version ?? "-" },
            { label: "Store", value: server.data?.store ?? "-" },
            { label: "Tables", value: <Link href={to.tables()}>{tables.data?.length ?? "-"}</Link> },
          ]}
        />
      </Container>
    </ContentLayout>
  );
}
