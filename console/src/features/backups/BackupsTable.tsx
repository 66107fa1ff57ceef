import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { listBackups } from "../../aws/dynamodb-backups";
import { useAws } from "../../aws/hooks";
import { ResourceTable } from "../../pieces/ResourceTable";
import { backupColumns } from "./columns";
import { CreateBackupModal } from "./CreateBackupModal";
import { DeleteBackups } from "./DeleteBackups";

const POLL_MS = 1_000;

/** The backups of a table, or of all of them, those of deleted tables, too. */
export function BackupsTable({ table }: { table?: string }) {
  const navigate = useNavigate();
  const [selected, setSelected] = useState<BackupSummary[]>([]);
  const [open, setOpen] = useState<"create" | "delete" | null>(null);
  const backups = useAws(
    listBackups,
    { BackupType: "ALL", ...(table ? { TableName: table } : {}) },
    { every: (found) => (found?.some((each) => each.BackupStatus === "CREATING") ? POLL_MS : false) },
  );
  // What was chosen, as it is by now: a backup that was being made may be there.
  const chosen = (backups.data ?? []).filter((backup) => selected.some((each) => each.BackupArn === backup.BackupArn));
  const one = chosen.length === 1 && chosen[0]?.BackupStatus === "AVAILABLE" ? chosen[0] : undefined;
  return (
    <>
      <ResourceTable
        query={backups}
        columns={backupColumns(table === undefined)}
        variant={table === undefined ? "full-page" : "container"}
        title="Backups"
        description="Each holds all items of a table as they were when it was created."
        what="backups"
        trackBy="BackupArn"
        findParameter="backup"
        selection={{ selected: chosen, onSelect: setSelected }}
        sorting={{ column: { sortingField: "BackupCreationDateTime" }, descending: true }}
        actions={
          <>
            <Button disabled={chosen.length === 0} onClick={() => setOpen("delete")}>
              Delete
            </Button>
            <Button
              ariaLabel="Restore backup"
              disabled={!one}
              onClick={() => void navigate(to.restoreBackup(one?.BackupArn ?? ""))}
            >
              Restore
            </Button>
            <Button variant={table === undefined ? "primary" : "normal"} onClick={() => setOpen("create")}>
              Create backup
            </Button>
          </>
        }
      />
      {open === "create" && <CreateBackupModal {...(table ? { table } : {})} onClose={() => setOpen(null)} />}
      {open === "delete" && <DeleteBackups backups={chosen} onClose={() => setOpen(null)} />}
    </>
  );
}
