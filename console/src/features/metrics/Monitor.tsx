import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { RefreshButton } from "../../pieces/RefreshButton";
import { TimeRange } from "../../pieces/TimeRange";
import { useParameter } from "../../pieces/useParameter";
import { type Graph, lineId } from "./graph";
import { type Found, metricData } from "./metric-data";
import { MetricGraph } from "./MetricGraph";
import { DEFAULT_RANGE, periodText, RANGES } from "./window";

const EVERY_MS = 60_000;
const HALF = { default: 12, s: 6 };

/** The graphs of a resource, over a time that one chooses. */
export function Monitor({ graphs }: { graphs: Graph[] }) {
  const [range, setRange] = useParameter("range", DEFAULT_RANGE);
  const answer = useAws(metricData, { graphs, range }, { every: EVERY_MS, keepPrevious: true });
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
            <TimeRange ranges={RANGES} range={range} onChange={setRange} />
            <RefreshButton of={answer} />
          </SpaceBetween>
        }
      >
        CloudWatch metrics
      </Header>
      <ErrorAlert error={answer.error} retry={() => void answer.refetch()} />
      {answer.data ? <Graphs graphs={graphs} found={answer.data} /> : !answer.error && <Loading />}
    </SpaceBetween>
  );
}

/** The graphs that have something to show, and what would fill the others. */
function Graphs({ graphs, found }: { graphs: Graph[]; found: Found }) {
  const numbered = graphs.map((graph, number) => ({ graph, number }));
  const hasData = ({ graph, number }: (typeof numbered)[number]) =>
    graph.lines.some((_, line) => (found.points[lineId(number, line)] ?? []).length > 0);
  const some = numbered.filter(hasData);
  const none = numbered.filter((one) => !hasData(one));
  return (
    <SpaceBetween size="m">
      <Grid gridDefinition={some.map(() => ({ colspan: HALF }))}>
        {some.map(({ graph, number }) => (
          <MetricGraph key={graph.title} graph={graph} number={number} found={found} />
        ))}
      </Grid>
      {none.length > 0 && (
        <Container
          header={
            <Header variant="h3" description={found.window.end >= found.window.now ? "What happens now is shown in a minute." : undefined}>
              No data in this time
            </Header>
          }
        >
          <KeyValuePairs columns={2} items={none.map(({ graph }) => ({ label: graph.title, value: graph.filledBy }))} />
        </Container>
      )}
    </SpaceBetween>
  );
}
