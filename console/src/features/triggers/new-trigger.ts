/** What the form for a new trigger holds, and the request it makes. */

import type { CreateEventSourceMappingCommandInput, EventSourcePosition } from "@aws-sdk/client-lambda";

export interface NewTrigger {
  function: string;
  batchSize: string;
  enabled: boolean;
  startingPosition: EventSourcePosition;
  batchWindow: string;
  parallelization: string;
  /** Empty: until the record is too old. */
  retryAttempts: string;
  /** In seconds; empty: as long as the stream keeps it. */
  maximumAge: string;
  bisect: boolean;
  reportFailures: boolean;
  tumblingWindow: string;
  destination: string;
  /** A filter pattern a line. */
  filters: string[];
}

export const NEW_TRIGGER: NewTrigger = {
  function: "",
  batchSize: "1",
  enabled: true,
  startingPosition: "LATEST",
  batchWindow: "",
  parallelization: "",
  retryAttempts: "",
  maximumAge: "",
  bisect: false,
  reportFailures: false,
  tumblingWindow: "",
  destination: "",
  filters: [],
};

/** A number that was given, under its name; nothing for an empty field. Words are sent as NaN never: see `isNumber`. */
function given(name: string, text: string): Record<string, number> {
  return text.trim() === "" ? {} : { [name]: Number(text) };
}

/** Whether a field holds a whole number, or nothing. */
export function isNumber(text: string): boolean {
  return /^\s*(-?\d+)?\s*$/.test(text);
}

/** CreateEventSourceMapping's input; what is left empty is left to AWS's defaults. */
export function createTriggerInput(form: NewTrigger, streamArn: string): CreateEventSourceMappingCommandInput {
  const filters = form.filters.filter((pattern) => pattern.trim());
  return {
    EventSourceArn: streamArn,
    FunctionName: form.function,
    StartingPosition: form.startingPosition,
    Enabled: form.enabled,
    ...given("BatchSize", form.batchSize),
    ...given("MaximumBatchingWindowInSeconds", form.batchWindow),
    ...given("ParallelizationFactor", form.parallelization),
    ...given("MaximumRetryAttempts", form.retryAttempts),
    ...given("MaximumRecordAgeInSeconds", form.maximumAge),
    ...given("TumblingWindowInSeconds", form.tumblingWindow),
    ...(form.bisect ? { BisectBatchOnFunctionError: true } : {}),
    ...(form.reportFailures ? { FunctionResponseTypes: ["ReportBatchItemFailures" as const] } : {}),
    ...(form.destination ? { DestinationConfig: { OnFailure: { Destination: form.destination } } } : {}),
    ...(filters.length ? { FilterCriteria: { Filters: filters.map((Pattern) => ({ Pattern })) } } : {}),
  };
}
