import Alert from "@cloudscape-design/components/alert";
import DateRangePicker from "@cloudscape-design/components/date-range-picker";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { RefreshButton } from "../../pieces/RefreshButton";
import { useParameter } from "../../pieces/useParameter";
import type { Graph } from "./graph";
import { metricData } from "./metric-data";
import { MetricGraph } from "./MetricGraph";
import { customEnds, customRange, DEFAULT_RANGE, periodText, RANGES } from "./window";

const EVERY_MS = 60_000;
const CUSTOM = "custom";
const HALF = { default: 12, m: 6 };

/** The graphs of a resource, over a time that one chooses. */
export function Monitor({ graphs }: { graphs: Graph[] }) {
  const [range, setRange] = useParameter("range", DEFAULT_RANGE);
  const ends = customEnds(range);
  const [choosing, setChoosing] = useState(Boolean(ends));
  const answer = useAws(metricData, { graphs, range }, { every: EVERY_MS, keepPrevious: true });
  const empty = answer.data && Object.values(answer.data.points).every((points) => points.length === 0);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h2"
        description={
          answer.data
            ? `A point is ${periodText(answer.data.window.period)}. A minute can be seen when it is over, and is kept for 15 days.`
            : undefined
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            <SegmentedControl
              label="Time range"
              selectedId={choosing ? CUSTOM : range}
              options={[...RANGES.map(({ id, text }) => ({ id, text })), { id: CUSTOM, text: "Custom" }]}
              onChange={({ detail }) => {
                setChoosing(detail.selectedId === CUSTOM);
                if (detail.selectedId !== CUSTOM) setRange(detail.selectedId);
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
                  if (detail.value?.type === "absolute") setRange(customRange(detail.value.startDate, detail.value.endDate));
                }}
              />
            )}
            <RefreshButton of={answer} />
          </SpaceBetween>
        }
      >
        CloudWatch metrics
      </Header>
      <ErrorAlert error={answer.error} retry={() => void answer.refetch()} />
      {empty && (
        <Alert type="info" header="Nothing was measured in this time">
          What happens now is shown here in a minute. Each graph says what fills it.
        </Alert>
      )}
      {answer.data ? (
        <Grid gridDefinition={graphs.map(() => ({ colspan: HALF }))}>
          {graphs.map((graph, number) => (
            <MetricGraph key={graph.title} graph={graph} number={number} found={answer.data} />
          ))}
        </Grid>
      ) : (
        !answer.error && <Loading />
      )}
    </SpaceBetween>
  );
}
