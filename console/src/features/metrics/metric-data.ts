/** The values of all lines of some graphs, in one request: CloudWatch's GetMetricData, all its pages. */

import { getMetricData } from "../../aws/cloudwatch";
import { serverTime } from "../../aws/health";
import type { Operation } from "../../aws/operation";
import { type Graph, lineId, type Point } from "./graph";
import { type Window, windowOf } from "./window";

export interface Found {
  window: Window;
  /** The points of each line, oldest first, by `lineId`. */
  points: Record<string, Point[]>;
}

interface Question {
  graphs: Graph[];
  /** As it stands in the address (window.ts). */
  range: string;
}

const PAGES_MAX = 20;

export const metricData: Operation<Question, Found> = {
  service: "cloudwatch",
  name: "MetricData",
  send: async ({ graphs, range }, signal) => {
    const window = windowOf(range, await serverTime(signal));
    const queries = graphs.flatMap(({ lines }, graph) =>
      lines.map((line, number) => ({
        Id: lineId(graph, number),
        MetricStat: {
          Metric: {
            Namespace: line.namespace,
            MetricName: line.metric,
            Dimensions: Object.entries(line.dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: window.period,
          Stat: line.statistic,
        },
      })),
    );
    const points: Record<string, Point[]> = {};
    let token: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await getMetricData.send(
        {
          MetricDataQueries: queries,
          StartTime: new Date(window.start),
          EndTime: new Date(window.end),
          ScanBy: "TimestampAscending",
          ...(token ? { NextToken: token } : {}),
        },
        signal,
      );
      for (const { Id = "", Timestamps = [], Values = [] } of answer.MetricDataResults ?? [])
        (points[Id] ??= []).push(...Timestamps.map((time, place) => ({ x: time.getTime(), y: Values[place] ?? 0 })));
      token = answer.NextToken;
      if (!token) break;
    }
    return { window, points };
  },
};
