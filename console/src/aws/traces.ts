/** Tailrace's operations that tell what a write caused, and send records once more (docs/tracing.md). Times are seconds since 1970. */

import { own, type Activity } from "./tailrace";

export type Fate = "Delivered" | "Filtered" | "Failing" | "Waiting" | "GivenUp" | "Passed" | "Trimmed" | "Unknown";

export interface Attempt {
  Time: number;
  Outcome: string;
  EventSourceMappingUUID?: string;
  ReplayId?: string;
  FunctionArn?: string;
  ExecutedVersion?: string;
  RequestId?: string;
  StreamArn?: string;
  ShardId?: string;
  FirstSequenceNumber?: string;
  LastSequenceNumber?: string;
  RecordCount?: number;
  EventIds?: string[];
  QueueArn?: string;
  Attempt?: number;
  Condition?: string;
  Error?: string;
  Milliseconds?: number;
  WaitMilliseconds?: number;
  InitMilliseconds?: number;
  LogGroup?: string;
  LogStream?: string;
  Destination?: string;
}

export interface TracedRecord {
  EventId?: string;
  StreamArn: string;
  ShardId: string;
  SequenceNumber: string;
  EventName?: string;
  Time?: number;
  /** DynamoDB JSON. */
  Keys?: string;
  Trimmed?: boolean;
}

export interface WriteOrigin {
  RequestId?: string;
  Service?: string;
  Operation?: string;
  PrincipalArn?: string;
  SourceIp?: string;
  Time?: number;
  UserIdentity?: string;
}

export interface MappingTrace {
  EventSourceMappingUUID: string;
  FunctionArn: string;
  State?: string;
  Fate: Fate;
  Reason?: string;
  NextAttemptTime?: number;
  DestinationStatus?: string;
  Attempts?: Attempt[];
}

export interface RecordTraced {
  Record: TracedRecord;
  Write?: WriteOrigin;
  Mappings?: MappingTrace[];
  Replays?: { ReplayId: string; Attempts?: Attempt[] }[];
}

export interface RequestTraced {
  RequestId: string;
  Activity?: Activity;
  Records?: TracedRecord[];
  RecordsLeftOut?: boolean;
  Attempts?: Attempt[];
  Event?: { FunctionArn: string; Fate: string; NextAttemptTime?: number; Reason?: string };
}

export interface ReplayChoice {
  StreamArn?: string;
  ShardId?: string;
  FromSequenceNumber?: string;
  ToSequenceNumber?: string;
  EventIds?: string[];
  StartTime?: number;
  EndTime?: number;
  EventSourceMappingUUID?: string;
  FunctionName?: string;
  BatchSize?: number;
  MaximumRetryAttempts?: number;
}

export interface Replay {
  ReplayId: string;
  Status: "Pending" | "Running" | "Completed" | "Cancelled" | "Failed";
  StreamArn: string;
  FunctionArn: string;
  EventSourceMappingUUID?: string;
  CreatedBy?: string;
  CreatedTime: number;
  EndedTime?: number;
  RecordsSent: number;
  RecordsFiltered: number;
  RecordsGivenUp: number;
  RecordsTrimmed: number;
  Batches: number;
  LastResult?: string;
  EventIdSuffix?: string;
}

export interface ReplayPreview {
  RecordCount: number;
  BatchCount: number;
  RecordsFiltered: number;
  RecordsTrimmed: number;
  Truncated: boolean;
  Records?: TracedRecord[];
  /** JSON: the first event itself. */
  Event?: string;
  FunctionArn: string;
}

export interface AttemptsQuestion {
  EventSourceMappingUUID?: string;
  ReplayId?: string;
  FunctionName?: string;
  Outcome?: string;
  MaxResults?: number;
  NextToken?: string;
}

export const traceRecord = own<{ EventId: string } | { SequenceNumber: string }, RecordTraced>("TraceRecord");
export const traceRequest = own<{ RequestId: string }, RequestTraced>("TraceRequest");
export const listAttempts = own<AttemptsQuestion, { Attempts: Attempt[]; NextToken?: string }>("ListAttempts");
export const previewReplay = own<ReplayChoice, ReplayPreview>("PreviewReplay");
export const startReplay = own<ReplayChoice, { Replay: Replay }>("StartReplay");
export const redriveFailures = own<{ EventSourceMappingUUID: string }, { Replay: Replay }>("RedriveFailures");
export const describeReplay = own<{ ReplayId: string }, { Replay: Replay }>("DescribeReplay");
export const cancelReplay = own<{ ReplayId: string }, { Replay: Replay }>("CancelReplay");
export const listReplays = own<{ MaxResults?: number; NextToken?: string }, { Replays: Replay[]; NextToken?: string }>("ListReplays");
