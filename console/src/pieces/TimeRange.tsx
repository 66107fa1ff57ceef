import DateRangePicker from "@cloudscape-design/components/date-range-picker";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { customEnds, customRange } from "./time-range";

const CUSTOM = "custom";

interface Props {
  ranges: readonly { id: string; text: string }[];
  /** As it stands in the address (time-range.ts). */
  range: string;
  onChange: (range: string) => void;
}

/** A time to look at: one of some ranges up to now, or from when to when. */
export function TimeRange({ ranges, range, onChange }: Props) {
  const ends = customEnds(range);
  // Whether the custom picker is open without a range yet; it closes when a range of the list comes in its place.
  const [opened, setOpened] = useState<string | null>(null);
  const choosing = Boolean(ends) || opened === range;
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <SegmentedControl
        label="Time range"
        selectedId={choosing ? CUSTOM : range}
        options={[...ranges.map(({ id, text }) => ({ id, text })), { id: CUSTOM, text: "Custom" }]}
        onChange={({ detail }) => {
          setOpened(detail.selectedId === CUSTOM ? range : null);
          if (detail.selectedId !== CUSTOM) onChange(detail.selectedId);
        }}
      />
      {choosing && (
        <DateRangePicker
          value={ends && { type: "absolute", ...ends }}
          rangeSelectorMode="absolute-only"
          relativeOptions={[]}
          placeholder="Choose from when to when"
          ariaLabel="From when to when"
          isValidRange={(value) =>
            value?.type === "absolute" && Date.parse(value.startDate) < Date.parse(value.endDate)
              ? { valid: true }
              : { valid: false, errorMessage: "Choose a start and an end behind it." }
          }
          onChange={({ detail }) => {
            if (detail.value?.type === "absolute") onChange(customRange(detail.value.startDate, detail.value.endDate));
          }}
        />
      )}
    </SpaceBetween>
  );
}
