import LineChart from "@cloudscape-design/components/line-chart";

import type { Series } from "./results";

const TIME = new Intl.DateTimeFormat("en-GB", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** A query's numbers over time. */
export default function ResultChart({ series }: { series: Series[] }) {
  const times = series.flatMap(({ points }) => points.map(({ x }) => x.getTime()));
  return (
    <LineChart
      series={series.map(({ title, points }) => ({ title, type: "line", data: points }))}
      xDomain={[new Date(Math.min(...times)), new Date(Math.max(...times))]}
      xScaleType="time"
      xTitle="Time"
      yTitle={series.length === 1 ? (series[0]?.title ?? "") : "Value"}
      height={300}
      hideFilter
      ariaLabel="Results over time"
      i18nStrings={{
        xTickFormatter: (time) => TIME.format(time),
        chartAriaRoleDescription: "line chart",
        xAxisAriaRoleDescription: "time axis",
        yAxisAriaRoleDescription: "value axis",
        legendAriaLabel: "Legend",
      }}
    />
  );
}
