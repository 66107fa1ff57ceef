/** The events of all streams of a group that match a pattern, newest first. */

import { serverTime } from "../../aws/health";
import { filterLogEvents } from "../../aws/logs";
import type { Operation } from "../../aws/operation";
import { customEnds, spanOf } from "../../pieces/time-range";
import type { LogEvent } from "./stream-events";

export interface GroupEvent extends LogEvent {
  stream: string;
}

interface Question {
  group: string;
  pattern: string;
  /** As it stands in the address (time-range.ts). */
  range: string;
}

export interface Found {
  events: GroupEvent[];
  /** Whether there are older ones that match, or the search ended before all was looked at. */
  more: boolean;
}

const MINUTE = 60_000;
const EVENTS_MAX = 2_000;
const PAGES_MAX = 20; // a page may be empty and have a token

const DAY = 24 * 60 * MINUTE;

/** The ranges to choose from. */
export const RANGES = [
  { id: "5m", text: "5m", ms: 5 * MINUTE },
  { id: "1h", text: "1h", ms: 60 * MINUTE },
  { id: "1d", text: "1d", ms: DAY },
  { id: "7d", text: "1w", ms: 7 * DAY },
  { id: "all", text: "All" },
];
export const DEFAULT_RANGE = "1h";

export const groupEvents: Operation<Question, Found> = {
  service: "logs",
  name: "GroupEvents",
  send: async ({ group, pattern, range }, signal) => {
    const events: GroupEvent[] = [];
    const { start: startTime, end } = spanOf(range, RANGES, await serverTime(signal));
    // What comes while it is looked for is found, too, but for a range that has an end of its own.
    const until = customEnds(range) ? { endTime: end } : {};
    let token: string | undefined;
    let older = false;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await filterLogEvents.send(
        { logGroupName: group, filterPattern: pattern, startTime, ...until, ...(token ? { nextToken: token } : {}) },
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
