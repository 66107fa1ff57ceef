/** From what the form says to what StartReplay takes: pure. */

import type { ReplayChoice } from "../../aws/traces";

export interface Fields {
  /** Event IDs, one a line or by commas; where there are any, no range of time is meant. */
  records: string;
  stream: string;
  /** In the browser's zone as `datetime-local` has it, or empty. */
  since: string;
  until: string;
  functionName: string;
  mapping: string;
  batchSize: string;
  retries: string;
}

const ALL_SECONDS = 0; // since 1970: all that the stream still has

/** The choice, or null while it isn't complete. */
export function choiceOf(fields: Fields): ReplayChoice | null {
  const EventIds = idsOf(fields.records);
  if (EventIds.length === 0 && !fields.stream) return null;
  if (!fields.functionName && !fields.mapping) return null;
  const [since, until] = [secondsOf(fields.since), secondsOf(fields.until)];
  return {
    ...(EventIds.length
      ? { EventIds }
      : { StreamArn: fields.stream, StartTime: since ?? ALL_SECONDS, ...(until ? { EndTime: until } : {}) }),
    ...(fields.mapping ? { EventSourceMappingUUID: fields.mapping } : {}),
    ...(fields.functionName ? { FunctionName: fields.functionName } : {}),
    ...(fields.batchSize ? { BatchSize: Number(fields.batchSize) } : {}),
    ...(fields.retries ? { MaximumRetryAttempts: Number(fields.retries) } : {}),
  };
}

/** The ids in a text. */
export function idsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

function secondsOf(text: string): number | undefined {
  const time = text ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
