import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";

const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
const NEVER = { value: "", label: "Never expire" };
const OPTIONS = [NEVER, ...DAYS.map((days) => ({ value: String(days), label: retentionText(days) }))];

/** "7 days", "Never expire". */
export function retentionText(days: number | undefined): string {
  return days ? `${days} ${days === 1 ? "day" : "days"}` : "Never expire";
}

/** For how many days events are kept; undefined: for ever. */
export function RetentionField({ days, onChange }: { days: number | undefined; onChange: (days: number | undefined) => void }) {
  return (
    <FormField label="Retention setting" description="Log events that are older are deleted.">
      <Select
        options={OPTIONS}
        selectedOption={OPTIONS.find(({ value }) => value === String(days ?? "")) ?? NEVER}
        onChange={({ detail }) => onChange(Number(detail.selectedOption.value) || undefined)}
      />
    </FormField>
  );
}
