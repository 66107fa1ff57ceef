/** The streams of a group, those with the latest events first: at most 500, which is what AWS's console shows at once. */

import type { DescribeLogStreamsCommandInput, LogStream } from "@aws-sdk/client-cloudwatch-logs";

import { describeLogStreams } from "../../aws/logs";
import type { Operation } from "../../aws/operation";

const STREAMS_MAX = 500;
const PAGE_MAX = 50;

export const latestStreams: Operation<{ logGroupName: string }, LogStream[]> = {
  service: "logs",
  name: "LatestLogStreams",
  send: async ({ logGroupName }, signal) => {
    const found: LogStream[] = [];
    const asked: DescribeLogStreamsCommandInput = { logGroupName, orderBy: "LastEventTime", descending: true, limit: PAGE_MAX };
    do {
      const answer = await describeLogStreams.send(asked, signal);
      found.push(...(answer.logStreams ?? []));
      asked.nextToken = answer.nextToken;
    } while (asked.nextToken && found.length < STREAMS_MAX);
    return found;
  },
};
