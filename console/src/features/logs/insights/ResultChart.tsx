import { TimeChart } from "../../../pieces/TimeChart";
import type { Series } from "./results";

const TIME = new Intl.DateTimeFormat("en-GB", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** A query's numbers over time. */
export default function ResultChart({ series }: { series: Series[] }) {
  const times = series.flatMap(({ points }) => points.map(({ x }) => x.getTime()));
  return (
    <TimeChart
      name="Results over time"
      lines={series}
      span={[new Date(Math.min(...times)), new Date(Math.max(...times))]}
      height={300}
      timeText={(time) => TIME.format(time)}
      xTitle="Time"
      yTitle={series.length === 1 ? (series[0]?.title ?? "") : "Value"}
    />
  );
}
