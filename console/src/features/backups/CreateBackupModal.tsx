import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";

import { listTables } from "../../aws/dynamodb";
import { createBackup } from "../../aws/dynamodb-backups";
import { useAws, useChange } from "../../aws/hooks";
import { FormModal } from "../../pieces/FormModal";

/** Begin a backup of a table, or of one that is chosen here. */
export function CreateBackupModal({ table, onClose }: { table?: string; onClose: () => void }) {
  const tables = useAws(listTables, table ? null : {});
  const [source, setSource] = useState(table ?? "");
  const [name, setName] = useState("");
  const create = useChange(createBackup, { says: `The backup ${name} is being created.`, ownError: true });
  return (
    <FormModal
      title="Create on-demand backup"
      action="Create backup"
      busy={create.isPending}
      error={create.error ?? tables.error}
      disabled={!source || !name}
      onSubmit={() => create.mutate({ TableName: source, BackupName: name }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField label="Source table" description="It can be written to while the backup is created, and not be deleted.">
        <Select
          disabled={table !== undefined}
          placeholder="Choose a table"
          filteringType="auto"
          selectedOption={source ? { value: source } : null}
          options={(tables.data ?? []).map((value) => ({ value }))}
          statusType={tables.isLoading ? "loading" : "finished"}
          empty="No tables"
          onChange={({ detail }) => setSource(detail.selectedOption.value ?? "")}
        />
      </FormField>
      <FormField label="Backup name" constraintText="Between 3 and 255 characters: letters, numbers, underscores, hyphens and periods.">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} autoFocus />
      </FormField>
    </FormModal>
  );
}
