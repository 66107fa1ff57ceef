/** A Live Tail session: the events of some log groups as they arrive, newest first, for as long as it runs. */

import type { LiveTailSessionUpdate, StartLiveTailResponseStream } from "@aws-sdk/client-cloudwatch-logs";

import { startLiveTail } from "../../../aws/logs";
import { session } from "../../../aws/session";
import type { LogEvent } from "../stream-events";

export interface Line extends LogEvent {
  group: string;
  stream: string;
  /** In lower case, to search in. */
  words: string;
}

export interface LiveTailState {
  /** Newest first. */
  lines: readonly Line[];
  phase: "stopped" | "starting" | "live";
  /** Whether some of the lines are but a sample of what came with them. */
  sampled: boolean;
  error: unknown;
}

export interface Wanted {
  groups: string[];
  /** Of one group alone. */
  prefix: string;
  filter: string;
}

export const LINES_MAX = 10_000;
const BEGIN: LiveTailState = { lines: [], phase: "stopped", sampled: false, error: null };

export class LiveTail {
  private state = BEGIN;
  private readonly listeners = new Set<() => void>();
  private running: AbortController | null = null;
  private count = 0;

  constructor(private readonly open: typeof openSession = openSession) {}

  /** What is there now; the same object until something changes. */
  readonly snapshot = (): LiveTailState => this.state;

  /** Be told of every change. The session ends when nobody listens any more. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  };

  /** Begin a session in place of the one that runs; the lines stay. */
  async start(wanted: Wanted): Promise<void> {
    this.running?.abort();
    const running = (this.running = new AbortController());
    this.set({ phase: "starting", error: null });
    try {
      for await (const event of await this.open(wanted, running.signal)) {
        if (running.signal.aborted) return;
        if (event.sessionStart) this.set({ phase: "live" });
        else if (event.sessionUpdate) this.add(event.sessionUpdate);
        else throw event.SessionTimeoutException ?? event.SessionStreamingException ?? new Error("The session broke off.");
      }
      if (!running.signal.aborted) throw new Error("The server ended the session.");
    } catch (error) {
      if (!running.signal.aborted) this.set({ phase: "stopped", error });
    }
  }

  /** End the session. */
  stop(): void {
    this.running?.abort();
    this.running = null;
    this.set({ phase: "stopped" });
  }

  /** Forget the lines. */
  clear(): void {
    this.set({ lines: [], sampled: false });
  }

  private add({ sessionResults: found = [], sessionMetadata }: LiveTailSessionUpdate): void {
    if (!found.length) return;
    const sampled = this.state.sampled || (sessionMetadata?.sampled ?? false);
    const lines = found.map(({ timestamp = 0, message = "", logStreamName: stream = "", logGroupIdentifier: arn = "" }) => ({
      id: String(++this.count),
      timestamp,
      message,
      stream,
      group: groupOf(arn),
      words: `${message} ${stream} ${arn}`.toLowerCase(),
    }));
    this.set({ lines: [...lines.reverse(), ...this.state.lines].slice(0, LINES_MAX), sampled });
  }

  private set(change: Partial<LiveTailState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((told) => told());
  }
}

/** The events of a new session. */
async function openSession({ groups, prefix, filter }: Wanted, signal: AbortSignal): Promise<AsyncIterable<StartLiveTailResponseStream>> {
  const { region = "", account = "" } = session() ?? {};
  const answer = await startLiveTail.send(
    {
      logGroupIdentifiers: groups.map((name) => `arn:aws:logs:${region}:${account}:log-group:${name}`),
      ...(filter ? { logEventFilterPattern: filter } : {}),
      ...(prefix && groups.length === 1 ? { logStreamNamePrefixes: [prefix] } : {}),
    },
    signal,
  );
  if (!answer.responseStream) throw new Error("The answer has no stream of events.");
  return answer.responseStream;
}

function groupOf(arn: string): string {
  return arn.split(":log-group:").at(-1) ?? arn;
}
