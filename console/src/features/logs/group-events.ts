/** The events of all streams of a group that match a pattern, newest first. */

import { filterLogEvents } from "../../aws/logs";
import type { Operation } from "../../aws/operation";
import type { LogEvent } from "./stream-events";

export interface GroupEvent extends LogEvent {
  stream: string;
}

interface Question {
  group: string;
  pattern: string;
  /** One of RANGES. */
  range: string;
}

export interface Found {
  events: GroupEvent[];
  /** Whether there are older ones that match, or the search ended before all was looked at. */
  more: boolean;
}

const MINUTE = 60_000;
/** Milliseconds of each range; none for all time. */
export const SPANS: Record<string, number> = { "5m": 5 * MINUTE, "1h": 60 * MINUTE, "1d": 24 * 60 * MINUTE, "7d": 7 * 24 * 60 * MINUTE };
const EVENTS_MAX = 2_000;
const PAGES_MAX = 20; // a page may be empty and have a token

export const RANGES = [
  { value: "5m", label: "Last 5 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "1d", label: "Last day" },
  { value: "7d", label: "Last 7 days" },
  { value: "all", label: "All time" },
];

export const groupEvents: Operation<Question, Found> = {
  service: "logs",
  name: "GroupEvents",
  send: async ({ group, pattern, range }, signal) => {
    const events: GroupEvent[] = [];
    const span = SPANS[range];
    const startTime = span ? Date.now() - span : 0;
    let token: string | undefined;
    let older = false;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await filterLogEvents.send(
        { logGroupName: group, filterPattern: pattern, startTime, ...(token ? { nextToken: token } : {}) },
        signal,
      );
      for (const { eventId: id = "", timestamp = 0, message = "", logStreamName: stream = "" } of answer.events ?? [])
        events.push({ id, timestamp, message, stream });
      // FilterLogEvents begins with the oldest, and it is the newest that are looked for.
      older ||= events.splice(0, Math.max(0, events.length - EVENTS_MAX)).length > 0;
      token = answer.nextToken;
      if (!token) break;
    }
    return { events: events.reverse(), more: older || Boolean(token) };
  },
};
