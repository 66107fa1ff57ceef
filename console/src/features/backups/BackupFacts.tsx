import type { BackupDetails } from "@aws-sdk/client-dynamodb";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { Copyable } from "../../pieces/Copyable";
import { bytesText, timeText } from "../../pieces/texts";
import { BackupStatus, kindText } from "./columns";

/** What a backup is. */
export function BackupFacts({ backup }: { backup: BackupDetails | undefined }) {
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: "Backup name", value: backup?.BackupName ?? "-" },
        { label: "Status", value: backup ? <BackupStatus status={backup.BackupStatus} /> : "-" },
        { label: "Backup type", value: kindText(backup?.BackupType) },
        { label: "Creation time", value: timeText(backup?.BackupCreationDateTime) },
        { label: "Expiration date", value: timeText(backup?.BackupExpiryDateTime) },
        { label: "Size", value: backup ? bytesText(backup.BackupSizeBytes ?? 0) : "-" },
        { label: "Backup ARN", value: backup ? <Copyable text={backup.BackupArn ?? ""} what="backup ARN" /> : "-" },
      ]}
    />
  );
}
