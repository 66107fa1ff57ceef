import type { TableClass } from "@aws-sdk/client-dynamodb";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { NewIndexes } from "./NewIndexes";
import { type NewTable, TABLE_CLASSES } from "./new-table";

interface Props {
  form: NewTable;
  onChange: (part: Partial<NewTable>) => void;
}

/** The class of a new table, its capacity, its secondary indexes and its protection. */
export function TableSettings({ form, onChange }: Props) {
  return (
    <SpaceBetween size="l">
      <FormField label="Table class">
        <RadioGroup
          value={form.tableClass}
          onChange={({ detail }) => onChange({ tableClass: detail.value as TableClass })}
          items={TABLE_CLASSES}
        />
      </FormField>
      <FormField label="Capacity mode">
        <RadioGroup
          value={form.provisioned ? "provisioned" : "on-demand"}
          onChange={({ detail }) => onChange({ provisioned: detail.value === "provisioned" })}
          items={[
            { value: "on-demand", label: "On-demand", description: "Takes what comes." },
            {
              value: "provisioned",
              label: "Provisioned",
              description: "So many units a second; a server that runs with --throttle holds the table to them.",
            },
          ]}
        />
      </FormField>
      {form.provisioned && (
        <ColumnLayout columns={2}>
          <FormField label="Read capacity units">
            <Input type="number" value={form.readUnits} onChange={({ detail }) => onChange({ readUnits: detail.value })} />
          </FormField>
          <FormField label="Write capacity units">
            <Input type="number" value={form.writeUnits} onChange={({ detail }) => onChange({ writeUnits: detail.value })} />
          </FormField>
        </ColumnLayout>
      )}
      <NewIndexes partition={form.partition} indexes={form.indexes} onChange={(indexes) => onChange({ indexes })} />
      <Checkbox
        checked={form.protected}
        onChange={({ detail }) => onChange({ protected: detail.checked })}
        description="The table can't be deleted until this is turned off again."
      >
        Turn on deletion protection
      </Checkbox>
    </SpaceBetween>
  );
}
