/** The latest calls that match, newest first: as many as are asked for, or all that there are. */

import type { Operation } from "../../aws/operation";
import { type Activity, type ActivityQuestion, listActivity } from "../../aws/tailrace";

interface Question {
  question: ActivityQuestion;
  /** How many are wanted. */
  count: number;
  /** Leave out the calls of Tailrace's own API, which this very page makes. */
  withoutOwn: boolean;
}

export interface Latest {
  calls: Activity[];
  /** Whether there are older ones. */
  more: boolean;
}

const PAGES_MAX = 20;
const PAGE_SIZE = 250;

export const latestActivity: Operation<Question, Latest> = {
  service: "tailrace",
  name: "LatestActivity",
  send: async ({ question, count, withoutOwn }, signal) => {
    const calls: Activity[] = [];
    let token: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await listActivity.send({ ...question, MaxResults: PAGE_SIZE, ...(token ? { NextToken: token } : {}) }, signal);
      calls.push(...answer.Activities.filter((call) => !withoutOwn || call.Service !== "tailrace"));
      token = answer.NextToken;
      if (!token || calls.length >= count) break;
    }
    return { calls: calls.slice(0, count), more: Boolean(token) || calls.length > count };
  },
};
