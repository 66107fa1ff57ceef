import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import TimeInput from "@cloudscape-design/components/time-input";

import { timeOf, zoneText } from "./local-time";

interface Props {
  /** As `localText` writes it; a part that isn't given yet is empty. */
  value: string;
  onChange: (value: string) => void;
  /** Days that can't be meant are dim. */
  isEnabled?: (day: Date) => boolean;
}

/** A date and a time of day, in the browser's zone. */
export function DateTimeFields({ value, onChange, isEnabled }: Props) {
  const [day = "", hours = ""] = value.split("T");
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, xs: 6 } }, { colspan: { default: 12, xs: 6 } }]}>
      <FormField label="Date" constraintText="YYYY/MM/DD">
        <DatePicker
          value={day}
          onChange={({ detail }) => onChange(`${detail.value}T${hours}`)}
          placeholder="YYYY/MM/DD"
          openCalendarAriaLabel={(chosen) => (chosen ? `Choose a date, ${chosen} is chosen` : "Choose a date")}
          {...(isEnabled ? { isDateEnabled: isEnabled } : {})}
        />
      </FormField>
      <FormField label="Time" constraintText={`hh:mm:ss, 24 hours, ${zoneText(timeOf(value) ?? new Date(0))}`}>
        <TimeInput value={hours} onChange={({ detail }) => onChange(`${day}T${detail.value}`)} placeholder="hh:mm:ss" />
      </FormField>
    </Grid>
  );
}
