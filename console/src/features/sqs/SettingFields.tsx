import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

import { durationText } from "./durations";
import { SETTINGS, type Values } from "./settings";

/** A queue's numbers, each with its limits, and in words what so many seconds are. */
export function SettingFields({ values, onChange }: { values: Values; onChange: (values: Values) => void }) {
  return (
    <ColumnLayout columns={2}>
      {SETTINGS.map(({ name, label, description, unit, min, max }) => (
        <FormField
          key={name}
          label={`${label} (${unit})`}
          description={description}
          constraintText={`${min.toLocaleString("en")} to ${max.toLocaleString("en")}${unit === "seconds" ? `. Now ${durationText(Number(values[name]))}.` : "."}`}
        >
          <Input type="number" value={values[name] ?? ""} onChange={({ detail }) => onChange({ ...values, [name]: detail.value })} />
        </FormField>
      ))}
    </ColumnLayout>
  );
}
