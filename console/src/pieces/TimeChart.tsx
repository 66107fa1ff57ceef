import LineChart, { type LineChartProps } from "@cloudscape-design/components/line-chart";

import styles from "./time-chart.module.css";

interface Props {
  name: string;
  lines: { title: string; points: readonly { x: Date; y: number }[] }[];
  /** From when to when. */
  span: [Date, Date];
  height: number;
  timeText: (time: Date) => string;
  valueText?: (value: number) => string;
  hideLegend?: boolean;
  xTitle?: string;
  yTitle?: string;
}

/** Figures over time, as lines; a line that has one point alone is a dot. */
export function TimeChart({ name, lines, span, height, timeText, valueText, hideLegend = false, ...titles }: Props) {
  const series: LineChartProps<Date>["series"] = lines.map(({ title, points }) => ({
    type: "line",
    title,
    data: points,
    ...(valueText ? { valueFormatter: valueText } : {}),
  }));
  return (
    <div className={styles.chart}>
      <LineChart
        {...titles}
        series={series}
        xDomain={span}
        xScaleType="time"
        height={height}
        hideFilter
        hideLegend={hideLegend}
        ariaLabel={name}
        detailPopoverSize="medium"
        i18nStrings={{
          xTickFormatter: timeText,
          ...(valueText ? { yTickFormatter: valueText } : {}),
          chartAriaRoleDescription: "line chart",
          xAxisAriaRoleDescription: "time axis",
          yAxisAriaRoleDescription: "value axis",
          legendAriaLabel: "Legend",
        }}
      />
    </div>
  );
}
