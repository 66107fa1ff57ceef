import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { describeContinuousBackups, restoreToPointInTime } from "../../aws/dynamodb-backups";
import { useAws, useChange } from "../../aws/hooks";
import { DateTimeFields } from "../../pieces/DateTimeFields";
import { localText } from "../../pieces/local-time";
import { timeText } from "../../pieces/texts";
import { type Point, toPointInTime } from "./recovery";
import { RestoreForm } from "./RestoreForm";

/** Restore a table to what it was at a second of its recovery period. */
export default function RestoreTablePage() {
  const { table = "" } = useParams();
  const navigate = useNavigate();
  const [restored, setRestored] = useState({ name: "", indexes: true });
  const [point, setPoint] = useState<Point>("latest");
  const [typed, setTyped] = useState<string | null>(null);
  const answer = useAws(describeContinuousBackups, { TableName: table });
  const found = answer.data?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = found ?? {};
  const specified = typed ?? (latest ? localText(latest) : "");
  const input = toPointInTime(table, restored, point, specified, earliest);
  const restore = useChange(restoreToPointInTime, { says: `The table ${restored.name} is being restored from ${table}.`, ownError: true });
  return (
    <RestoreForm
      title="Restore table to point in time"
      restored={restored}
      onChange={setRestored}
      disabled={!restored.name || !input}
      busy={restore.isPending}
      error={restore.error ?? answer.error}
      onSubmit={() => input && restore.mutate(input, { onSuccess: () => void navigate(to.table(restored.name)) })}
      back={to.table(table, "backups")}
    >
      <Container header={<Header variant="h2">Restore point</Header>}>
        <SpaceBetween size="l">
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Source table", value: table },
              { label: "Earliest recovery point", value: timeText(earliest) },
              { label: "Latest recovery point", value: timeText(latest) },
            ]}
          />
          {found && !earliest && <Box color="text-status-error">Point-in-time recovery of this table is off.</Box>}
          <FormField label="Restore date and time">
            <RadioGroup
              value={point}
              onChange={({ detail }) => setPoint(detail.value as Point)}
              items={[
                { value: "latest", label: "Latest", description: "As the table is when the restore begins." },
                { value: "earliest", label: "Earliest" },
                { value: "specified", label: "Specify date and time" },
              ]}
            />
          </FormField>
          {point === "specified" && (
            <DateTimeFields value={specified} onChange={setTyped} isEnabled={(day) => isWithin(day, earliest, latest)} />
          )}
        </SpaceBetween>
      </Container>
    </RestoreForm>
  );
}

/** Whether any second of the day can be restored to. */
function isWithin(day: Date, earliest: Date | undefined, latest: Date | undefined): boolean {
  if (!earliest || !latest) return false;
  const [text, from, until] = [day, earliest, latest].map((time) => localText(time).slice(0, 10)) as [string, string, string];
  return from <= text && text <= until;
}
