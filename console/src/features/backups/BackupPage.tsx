import type { SourceTableDetails, SourceTableFeatureDetails } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { describeBackup } from "../../aws/dynamodb-backups";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { RefreshButton } from "../../pieces/RefreshButton";
import { timeText } from "../../pieces/texts";
import { useDeletion } from "../../pieces/useDeletion";
import { BackupFacts } from "./BackupFacts";
import { DeleteBackups } from "./DeleteBackups";

const POLL_MS = 1_000;
const BACK = { text: "Backups", href: to.backups() };

/** One backup, and the table as it was. */
export default function BackupPage() {
  const { backup: arn = "" } = useParams();
  const navigate = useNavigate();
  const deletion = useDeletion(to.backups());
  const answer = useAws(
    describeBackup,
    { BackupArn: arn },
    { every: (found) => (found?.BackupDescription?.BackupDetails?.BackupStatus === "CREATING" ? POLL_MS : false) },
  );
  const { BackupDetails: backup, SourceTableDetails: table, SourceTableFeatureDetails: features } = answer.data?.BackupDescription ?? {};
  if (isMissing(answer.error)) return <NotFound what="backup" back={BACK} />;
  if (!backup || !table) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const restorable = backup.BackupStatus === "AVAILABLE";
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <RefreshButton of={answer} />
            <Button onClick={deletion.ask}>Delete</Button>
            <Button variant="primary" disabled={!restorable} onClick={() => void navigate(to.restoreBackup(arn))}>
              Restore
            </Button>
          </SpaceBetween>
        }
      >
        {backup.BackupName}
      </Header>
      <Container header={<Header variant="h2">Backup details</Header>}>
        <BackupFacts backup={backup} />
      </Container>
      <Container header={<Header variant="h2" description="As it was when the backup was created.">Source table details</Header>}>
        <KeyValuePairs columns={3} items={sourceFacts(table, features ?? {})} />
      </Container>
      {deletion.asking && <DeleteBackups leaves backups={[backup]} onClose={deletion.close} />}
    </SpaceBetween>
  );
}

function sourceFacts(table: SourceTableDetails, features: SourceTableFeatureDetails) {
  const { TableName: name = "", KeySchema: schema = [], ProvisionedThroughput: units } = table;
  const key = (kind: string) => schema.find((each) => each.KeyType === kind)?.AttributeName ?? "-";
  const indexes = [...(features.GlobalSecondaryIndexes ?? []), ...(features.LocalSecondaryIndexes ?? [])].map((each) => each.IndexName);
  const provisioned = `Provisioned: ${units?.ReadCapacityUnits} / ${units?.WriteCapacityUnits} units`;
  return [
    { label: "Table", value: <Link href={to.table(name)}>{name}</Link> },
    { label: "Partition key", value: key("HASH") },
    { label: "Sort key", value: key("RANGE") },
    { label: "Item count", value: (table.ItemCount ?? 0).toLocaleString("en") },
    { label: "Created", value: timeText(table.TableCreationDateTime) },
    { label: "Capacity mode", value: table.BillingMode === "PAY_PER_REQUEST" ? "On-demand" : provisioned },
    { label: "Secondary indexes", value: indexes.join(", ") || "-" },
    { label: "DynamoDB stream", value: features.StreamDescription?.StreamViewType ?? "Off" },
    { label: "TTL attribute", value: features.TimeToLiveDescription?.AttributeName ?? "-" },
  ];
}
