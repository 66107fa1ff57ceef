import type { BackupSummary } from "@aws-sdk/client-dynamodb";

import { deleteBackup } from "../../aws/dynamodb-backups";
import { useSteps } from "../../aws/hooks";
import { DeleteModal } from "../../pieces/DeleteModal";

interface Props {
  backups: Pick<BackupSummary, "BackupArn" | "BackupName">[];
  /** The page is about one of them, and is left once it is gone. */
  leaves?: boolean;
  /** Whether they have been deleted. */
  onClose: (done: boolean) => void;
}

/** Asks before backups are deleted. */
export function DeleteBackups({ backups, leaves = false, onClose }: Props) {
  const names = backups.map((backup) => backup.BackupName).join(", ");
  const remove = useSteps<string[], undefined>(
    async (arns, step) => {
      for (const BackupArn of arns) await step(deleteBackup, { BackupArn });
      return undefined;
    },
    { touches: ["dynamodb"], says: `${names} has been deleted.`, ownError: true, leaves },
  );
  return (
    <DeleteModal
      title={backups.length === 1 ? "Delete backup" : "Delete backups"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(backups.map((backup) => backup.BackupArn ?? ""), { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{names}</b> will be deleted for good. The tables stay as they are.
    </DeleteModal>
  );
}
