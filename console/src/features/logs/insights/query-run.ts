/** One Logs Insights query after the other: started, asked for until it has ended, cancelled. */

import type { QueryStatistics, ResultField } from "@aws-sdk/client-cloudwatch-logs";

import { serverTime } from "../../../aws/health";
import { getQueryResults, startQuery, stopQuery } from "../../../aws/logs";
import { spanOf } from "../../../pieces/time-range";
import { RANGES } from "../group-events";

export interface QueryState {
  /** AWS's word; "" before the first query. */
  status: string;
  results: ResultField[][];
  statistics: QueryStatistics;
  error: unknown;
  running: boolean;
}

export interface Asked {
  groups: string[];
  query: string;
  /** As it stands in the address (time-range.ts). */
  range: string;
}

const FIRST_MS = 150;
const POLL_MS_MAX = 1_000;
const BEGIN: QueryState = { status: "", results: [], statistics: {}, error: null, running: false };

export class QueryRun {
  private state = BEGIN;
  private readonly listeners = new Set<() => void>();
  private turn = 0;
  private query: string | null = null;

  /** What is there now; the same object until something changes. */
  readonly snapshot = (): QueryState => this.state;

  /** Be told of every change. Nothing more is asked for when nobody listens. Returns what ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) void this.cancel();
    };
  };

  /** Run a query in place of the one before. */
  async start({ groups, query, range }: Asked): Promise<void> {
    await this.cancel();
    const turn = ++this.turn;
    this.set({ ...BEGIN, running: true, status: "Scheduled" });
    try {
      const { start, end } = spanOf(range, RANGES, await serverTime());
      const [startTime, endTime] = [Math.floor(start / 1000), Math.ceil(end / 1000)];
      const started = await startQuery.send({ logGroupNames: groups, queryString: query, startTime, endTime });
      this.query = started.queryId ?? null;
      for (let wait = FIRST_MS; turn === this.turn; wait = Math.min(wait * 1.5, POLL_MS_MAX)) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        if (turn !== this.turn) return;
        const { status = "", results = [], statistics = {} } = await getQueryResults.send({ queryId: this.query ?? "" });
        if (turn !== this.turn) return;
        const running = status === "Scheduled" || status === "Running";
        this.set({ status, results, statistics, running });
        if (!running) break;
      }
    } catch (error) {
      if (turn === this.turn) this.set({ ...BEGIN, error });
    }
    if (turn === this.turn) this.query = null;
  }

  /** Stop the query that runs. */
  async cancel(): Promise<void> {
    const query = this.query;
    this.turn++;
    this.query = null;
    if (this.state.running) this.set({ running: false, status: "Cancelled" });
    // It may have ended in this moment, which is as good.
    if (query) await stopQuery.send({ queryId: query }).catch(() => undefined);
  }

  private set(change: Partial<QueryState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((told) => told());
  }
}
