import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import { timeText } from "../../pieces/texts";
import { TimeChart } from "../../pieces/TimeChart";
import { countsThings, figureText, filled, type Graph, lineId, type Point, rows } from "./graph";
import type { Found } from "./metric-data";
import { secondsOver } from "./window";

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY_TIME = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });
const DAY_MS = 86_400_000;
const ROWS_MAX = 500;
const HEIGHT = 180;

interface Props {
  graph: Graph;
  /** The graph's place among those that were asked for. */
  number: number;
  found: Found;
}

/** One graph that has something to show, and its figures as a table. */
export function MetricGraph({ graph, number, found }: Props) {
  const { window } = found;
  const points = graph.lines.map((line, place) =>
    (found.points[lineId(number, place)] ?? []).map(({ x, y }) => ({ x, y: line.shown ? line.shown(y, secondsOver(window, x)) : y })),
  );
  const format = window.end - window.start > DAY_MS ? DAY_TIME : TIME;
  const drawn = graph.lines.map((line, place) => {
    const found = points[place] ?? [];
    return { title: line.title, points: (countsThings(line) && found.length ? filled(found, window) : found).map(({ x, y }) => ({ x: new Date(x), y })) };
  });
  return (
    <Container fitHeight header={<Header variant="h3">{graph.title}</Header>}>
      <TimeChart
        name={graph.title}
        lines={drawn}
        span={[new Date(window.start), new Date(window.end)]}
        height={HEIGHT}
        hideLegend={graph.lines.length < 2}
        timeText={(time) => format.format(time)}
        valueText={figureText}
      />
      <Figures graph={graph} points={points} />
    </Container>
  );
}

function Figures({ graph, points }: { graph: Graph; points: Point[][] }) {
  const every = rows(points);
  return (
    <ExpandableSection headerText="Figures" headingTagOverride="h4">
      <Table
        variant="embedded"
        ariaLabels={{ tableLabel: `Figures: ${graph.title}` }}
        items={every.slice(0, ROWS_MAX)}
        trackBy={(row) => String(row.time)}
        columnDefinitions={[
          { id: "time", header: "Time", isRowHeader: true, cell: (row) => timeText(row.time) },
          ...graph.lines.map((line, place) => ({
            id: String(place),
            header: line.title,
            cell: (row: (typeof every)[number]) => {
              const value = row.values[place];
              return value === undefined ? "-" : figureText(value);
            },
          })),
        ]}
        footer={every.length > ROWS_MAX ? `The latest ${ROWS_MAX} of ${every.length}.` : undefined}
      />
    </ExpandableSection>
  );
}
