/** The events of one stream, oldest first: all of them, or those that match a filter pattern. */

import { filterLogEvents, getLogEvents } from "../../aws/logs";
import type { Operation } from "../../aws/operation";

export interface LogEvent {
  id: string;
  timestamp: number;
  message: string;
}

interface Question {
  group: string;
  stream: string;
  /** CloudWatch's pattern; empty for all. */
  filter: string;
}

const PAGES_MAX = 10;

export const streamEvents: Operation<Question, LogEvent[]> = {
  service: "logs",
  name: "StreamEvents",
  send: (question, signal) => (question.filter.trim() ? matching(question, signal) : latest(question, signal)),
};

/** Back from the end, for the latest are what one looks for. */
async function latest({ group, stream }: Question, signal?: AbortSignal): Promise<LogEvent[]> {
  let found: LogEvent[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const asked = { logGroupName: group, logStreamName: stream, ...(token ? { nextToken: token } : {}) };
    const answer = await getLogEvents.send(asked, signal);
    const events = answer.events ?? [];
    found = [...events.map((event) => ({ id: "", timestamp: event.timestamp ?? 0, message: event.message ?? "" })), ...found];
    if (!answer.nextBackwardToken || answer.nextBackwardToken === token || events.length === 0) break;
    token = answer.nextBackwardToken;
  }
  // GetLogEvents gives no ids. A stream only grows at its end, so an event keeps its place among those of its time.
  const seen = new Map<number, number>();
  return found.map((event) => {
    const place = seen.get(event.timestamp) ?? 0;
    seen.set(event.timestamp, place + 1);
    return { ...event, id: `${event.timestamp}-${place}` };
  });
}

async function matching({ group, stream, filter }: Question, signal?: AbortSignal): Promise<LogEvent[]> {
  const found: LogEvent[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const asked = { logGroupName: group, logStreamNames: [stream], filterPattern: filter, ...(token ? { nextToken: token } : {}) };
    const answer = await filterLogEvents.send(asked, signal);
    found.push(
      ...(answer.events ?? []).map((event) => ({
        id: event.eventId ?? "",
        timestamp: event.timestamp ?? 0,
        message: event.message ?? "",
      })),
    );
    token = answer.nextToken;
    if (!token) break;
  }
  return found;
}
