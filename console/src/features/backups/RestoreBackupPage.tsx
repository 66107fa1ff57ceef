import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { describeBackup, restoreFromBackup } from "../../aws/dynamodb-backups";
import { isMissing } from "../../aws/errors";
import { useAws, useChange } from "../../aws/hooks";
import { NotFound } from "../../pieces/NotFound";
import { BackupFacts } from "./BackupFacts";
import { fromBackup } from "./recovery";
import { RestoreForm } from "./RestoreForm";

/** Restore a table from one of its backups. */
export default function RestoreBackupPage() {
  const { backup: arn = "" } = useParams();
  const navigate = useNavigate();
  const [restored, setRestored] = useState({ name: "", indexes: true });
  const answer = useAws(describeBackup, { BackupArn: arn });
  const backup = answer.data?.BackupDescription?.BackupDetails;
  const restore = useChange(restoreFromBackup, {
    says: `The table ${restored.name} is being restored from ${backup?.BackupName}.`,
    ownError: true,
  });
  if (isMissing(answer.error)) return <NotFound what="backup" back={{ text: "Backups", href: to.backups() }} />;
  return (
    <RestoreForm
      title="Restore table from backup"
      restored={restored}
      onChange={setRestored}
      disabled={!restored.name || !backup}
      busy={restore.isPending}
      error={restore.error ?? answer.error}
      onSubmit={() => restore.mutate(fromBackup(arn, restored), { onSuccess: () => void navigate(to.table(restored.name)) })}
      back={to.backup(arn)}
    >
      <Container header={<Header variant="h2">Backup details</Header>}>
        <BackupFacts backup={backup} />
      </Container>
    </RestoreForm>
  );
}
