import type { RestoreSummary } from "@aws-sdk/client-dynamodb";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { to } from "../../app/paths";
import { lastPart } from "../../aws/arn";
import { Copyable } from "../../pieces/Copyable";
import { bytesText, timeText } from "../../pieces/texts";
import { keyText, TableStatus } from "./columns";
import type { TabProps } from "./tabs";

/** What a table is: its key, its state, how it is paid for. */
export default function OverviewTab({ table }: TabProps) {
  const name = table.TableName ?? "";
  const onDemand = table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST";
  const streaming = table.StreamSpecification?.StreamEnabled;
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">General information</Header>}>
        <SpaceBetween size="l">
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Partition key", value: keyText(table, "HASH") },
              { label: "Sort key", value: keyText(table, "RANGE") },
              { label: "Capacity mode", value: onDemand ? "On-demand" : "Provisioned" },
              { label: "Table status", value: <TableStatus table={table} /> },
              { label: "Item count", value: (table.ItemCount ?? 0).toLocaleString("en") },
              { label: "Table size", value: bytesText(table.TableSizeBytes ?? 0) },
              { label: "Created", value: timeText(table.CreationDateTime) },
              { label: "DynamoDB stream", value: <Link href={to.table(name, "streams")}>{streaming ? "On" : "Off"}</Link> },
            ]}
          />
          <ExpandableSection headerText="Additional info" headingTagOverride="h3">
            <KeyValuePairs
              columns={2}
              items={[
                { label: "Amazon Resource Name (ARN)", value: <Copyable text={table.TableArn ?? ""} what="ARN" /> },
                { label: "Table ID", value: <Copyable text={table.TableId ?? ""} what="table ID" /> },
                { label: "Deletion protection", value: table.DeletionProtectionEnabled ? "On" : "Off" },
                {
                  label: "Read / write capacity units",
                  value: onDemand
                    ? "-"
                    : `${table.ProvisionedThroughput?.ReadCapacityUnits} / ${table.ProvisionedThroughput?.WriteCapacityUnits}`,
                },
                ...restoreFacts(table.RestoreSummary),
              ]}
            />
          </ExpandableSection>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

/** What a table was restored from: a backup, or another table as it was. */
function restoreFacts(restore: RestoreSummary | undefined) {
  if (!restore) return [];
  const { SourceBackupArn: backup, SourceTableArn: source = "", RestoreDateTime: time } = restore;
  const table = lastPart(source);
  const from = backup ? <Link href={to.backup(backup)}>A backup of {table}</Link> : <Link href={to.table(table)}>{table}</Link>;
  return [
    { label: "Restored from", value: from },
    { label: "Restore point", value: timeText(time) },
  ];
}
