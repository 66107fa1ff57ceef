import type { TableDescription } from "@aws-sdk/client-dynamodb";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";

import { updateTable } from "../../aws/dynamodb";
import { useChange } from "../../aws/hooks";
import { FormModal } from "../../pieces/FormModal";
import { type Capacity, capacityInput, capacityOf, type Units } from "./capacity";

/** Change how a table is paid for, and how much it and its global indexes take. */
export function EditCapacityModal({ table, onClose }: { table: TableDescription; onClose: () => void }) {
  // As it was when this was opened: the table is asked for again and again behind it.
  const [before] = useState(() => capacityOf(table));
  const [form, setForm] = useState(before);
  const change = (part: Partial<Capacity>) => setForm((last) => ({ ...last, ...part }));
  const setUnits = (at: number, part: Partial<Units>) =>
    change({ units: form.units.map((units, place) => (place === at ? { ...units, ...part } : units)) });
  const update = useChange(updateTable, { says: `The capacity of ${table.TableName} has been changed.`, ownError: true });
  const input = capacityInput(table.TableName ?? "", before, form);
  return (
    <FormModal
      size="large"
      title="Edit read/write capacity"
      action="Save changes"
      busy={update.isPending}
      error={update.error}
      disabled={!input}
      onSubmit={() => input && update.mutate(input, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField label="Capacity mode">
        <RadioGroup
          value={form.provisioned ? "provisioned" : "on-demand"}
          onChange={({ detail }) => change({ provisioned: detail.value === "provisioned" })}
          items={[
            { value: "on-demand", label: "On-demand", description: "Takes what comes, up to a maximum if you set one." },
            { value: "provisioned", label: "Provisioned", description: "So many units a second, for the table and for each global index." },
          ]}
        />
      </FormField>
      {form.provisioned ? (
        form.units.map(({ index, read, write }, at) => (
          <NumberPair
            key={index}
            labels={[`Read capacity units${index && ` of ${index}`}`, `Write capacity units${index && ` of ${index}`}`]}
            read={read}
            write={write}
            onChange={(part) => setUnits(at, part)}
          />
        ))
      ) : (
        <NumberPair
          labels={["Maximum read request units", "Maximum write request units"]}
          constraint="Empty: no maximum."
          {...form.maximum}
          onChange={(part) => change({ maximum: { ...form.maximum, ...part } })}
        />
      )}
    </FormModal>
  );
}

interface PairProps {
  labels: [string, string];
  constraint?: string;
  read: string;
  write: string;
  onChange: (part: { read: string } | { write: string }) => void;
}

/** What is read and what is written, side by side. */
function NumberPair({ labels, constraint, read, write, onChange }: PairProps) {
  return (
    <ColumnLayout columns={2}>
      <FormField label={labels[0]} constraintText={constraint}>
        <Input type="number" value={read} onChange={({ detail }) => onChange({ read: detail.value })} />
      </FormField>
      <FormField label={labels[1]} constraintText={constraint}>
        <Input type="number" value={write} onChange={({ detail }) => onChange({ write: detail.value })} />
      </FormField>
    </ColumnLayout>
  );
}
