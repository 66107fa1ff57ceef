import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import { listContributorInsights, updateContributorInsights } from "../../aws/dynamodb-settings";
import { useAws, useChange } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";

const POLL_MS = 1_000;
const MODES: Record<string, string> = {
  ACCESSED_AND_THROTTLED_KEYS: "Accessed and throttled keys",
  THROTTLED_KEYS: "Throttled keys",
};

/** Whether the most used keys of a table and of each of its global indexes are counted. */
export function ContributorInsights({ table }: { table: TableDescription }) {
  const name = table.TableName ?? "";
  const answer = useAws(
    listContributorInsights,
    { TableName: name },
    { every: (found) => (found?.some((each) => each.ContributorInsightsStatus?.endsWith("ING")) ? POLL_MS : false) },
  );
  const update = useChange(updateContributorInsights, {
    says: (answered) => `Contributor Insights of ${answered.IndexName ?? name} are ${isOn(answered.ContributorInsightsStatus) ? "on" : "off"}.`,
  });
  const rows = ["", ...(table.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName ?? "")].map((index) => {
    const found = answer.data?.find((each) => (each.IndexName ?? "") === index);
    return { index, status: found?.ContributorInsightsStatus ?? "DISABLED", mode: found?.ContributorInsightsMode };
  });
  return (
    <SpaceBetween size="s">
      <ErrorAlert error={answer.error} retry={() => void answer.refetch()} />
      <Table
        items={answer.data ? rows : []}
        trackBy="index"
        loading={answer.isPending}
        loadingText="Asking for contributor insights"
        header={
          <Header variant="h2" description="Counts which keys are used most and which are throttled, minute by minute.">
            CloudWatch Contributor Insights for DynamoDB
          </Header>
        }
        ariaLabels={{ tableLabel: "CloudWatch Contributor Insights for DynamoDB" }}
        columnDefinitions={[
          { id: "name", header: "Table or index", isRowHeader: true, cell: ({ index }) => index || `${name} (table)` },
          { id: "status", header: "Status", cell: ({ status }) => <Status status={status} /> },
          { id: "mode", header: "Mode", cell: ({ status, mode }) => (isOn(status) ? (MODES[mode ?? ""] ?? "-") : "-") },
          {
            id: "turn",
            header: "Action",
            cell: ({ index, status }) => (
              <Button
                variant="inline-link"
                ariaLabel={`${isOn(status) ? "Turn off" : "Turn on"} Contributor Insights of ${index || name}`}
                onClick={() =>
                  update.mutate({
                    TableName: name,
                    ...(index ? { IndexName: index } : {}),
                    ContributorInsightsAction: isOn(status) ? "DISABLE" : "ENABLE",
                  })
                }
              >
                {isOn(status) ? "Turn off" : "Turn on"}
              </Button>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}

function isOn(status: string | undefined): boolean {
  return status === "ENABLED" || status === "ENABLING";
}

function Status({ status }: { status: string }) {
  if (status.endsWith("ING")) return <StatusIndicator type="in-progress">{isOn(status) ? "Turning on" : "Turning off"}</StatusIndicator>;
  return <StatusIndicator type={isOn(status) ? "success" : "stopped"}>{isOn(status) ? "On" : "Off"}</StatusIndicator>;
}
