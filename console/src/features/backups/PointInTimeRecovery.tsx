import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { describeContinuousBackups, updateContinuousBackups } from "../../aws/dynamodb-backups";
import { useAws, useChange } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { FormModal } from "../../pieces/FormModal";
import { timeText } from "../../pieces/texts";
import { DAYS_MAX, daysText, recovery } from "./recovery";

const POLL_MS = 30_000;

/** Whether a table can be restored to any second of its last days, and to which. */
export function PointInTimeRecovery({ table }: { table: string }) {
  const navigate = useNavigate();
  const answer = useAws(describeContinuousBackups, { TableName: table }, { every: POLL_MS });
  const [editing, setEditing] = useState(false);
  const found = answer.data?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const on = found?.PointInTimeRecoveryStatus === "ENABLED";
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Backs the table up continuously, so that it can be restored to any second of the recovery period."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button ariaLabel="Edit point-in-time recovery" disabled={!found} onClick={() => setEditing(true)}>
                Edit
              </Button>
              <Button ariaLabel="Restore to point in time" disabled={!on} onClick={() => void navigate(to.restoreTable(table))}>
                Restore
              </Button>
            </SpaceBetween>
          }
        >
          Point-in-time recovery (PITR)
        </Header>
      }
    >
      <ErrorAlert error={answer.error} retry={() => void answer.refetch()} />
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Status", value: found ? <StatusIndicator type={on ? "success" : "stopped"}>{on ? "On" : "Off"}</StatusIndicator> : "-" },
          { label: "Backup recovery period", value: on ? daysText(found.RecoveryPeriodInDays ?? DAYS_MAX) : "-" },
          { label: "Earliest recovery point", value: timeText(found?.EarliestRestorableDateTime) },
          { label: "Latest recovery point", value: timeText(found?.LatestRestorableDateTime) },
        ]}
      />
      {editing && <EditModal table={table} on={on} days={found?.RecoveryPeriodInDays ?? DAYS_MAX} onClose={() => setEditing(false)} />}
    </Container>
  );
}

interface EditProps {
  table: string;
  on: boolean;
  days: number;
  onClose: () => void;
}

function EditModal({ table, on, days, onClose }: EditProps) {
  // As it was when this was opened: the table is asked for again and again behind it.
  const [before] = useState(on);
  const [wanted, setWanted] = useState(on);
  const [period, setPeriod] = useState(String(days));
  const update = useChange(updateContinuousBackups, {
    says: `Point-in-time recovery of ${table} is ${wanted ? "on" : "off"}.`,
    ownError: true,
  });
  return (
    <FormModal
      title="Edit point-in-time recovery settings"
      action="Save changes"
      busy={update.isPending}
      error={update.error}
      disabled={wanted && !period}
      onSubmit={() => update.mutate(recovery(table, wanted, period), { onSuccess: onClose })}
      onClose={onClose}
    >
      <Checkbox checked={wanted} onChange={({ detail }) => setWanted(detail.checked)}>
        Turn on point-in-time recovery
      </Checkbox>
      {wanted && (
        <FormField label="Backup recovery period" description="How many days back the table can be restored." constraintText={`Between 1 and ${DAYS_MAX} days.`}>
          <Input type="number" inputMode="numeric" value={period} onChange={({ detail }) => setPeriod(detail.value)} />
        </FormField>
      )}
      {before && !wanted && (
        <Alert type="warning">What the table was in the past is forgotten. Turned on again, recovery begins at that moment.</Alert>
      )}
    </FormModal>
  );
}
