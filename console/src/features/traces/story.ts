/** What a trace tells, in words: pure. */

import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { Attempt, Fate } from "../../aws/traces";

type Sign = StatusIndicatorProps.Type;

/** What kind of thing an id names; null for none. */
export function kindOf(id: string): "event" | "sequence" | "request" | null {
  if (/^[0-9a-f]{32}(-replay-[0-9a-f]{8})?$/.test(id)) return "event";
  if (/^\d{21,40}$/.test(id)) return "sequence";
  return /^[A-Za-z0-9-]{20,128}$/.test(id) ? "request" : null;
}

export const FATES: Record<Fate, { sign: Sign; text: string }> = {
  Delivered: { sign: "success", text: "Delivered" },
  Filtered: { sign: "stopped", text: "Filtered out" },
  Failing: { sign: "error", text: "Failing" },
  Waiting: { sign: "pending", text: "Waiting" },
  GivenUp: { sign: "error", text: "Given up" },
  Passed: { sign: "stopped", text: "Older than where the trigger began" },
  Trimmed: { sign: "warning", text: "Trimmed before it was read" },
  Unknown: { sign: "info", text: "Nothing is known any more" },
};

const OUTCOMES: Record<string, { sign: Sign; text: string }> = {
  Success: { sign: "success", text: "Succeeded" },
  PartialFailure: { sign: "warning", text: "Failed in part" },
  Failure: { sign: "error", text: "Failed" },
  Throttled: { sign: "warning", text: "Throttled" },
  NotCalled: { sign: "warning", text: "Not called" },
  GivenUp: { sign: "error", text: "Given up" },
  Trimmed: { sign: "warning", text: "Trimmed" },
  DestinationDelivered: { sign: "info", text: "Word sent to the failure destination" },
  DestinationRefused: { sign: "warning", text: "The failure destination refused" },
  DestinationLost: { sign: "error", text: "Word to the failure destination is lost" },
};

/** An outcome's sign and words. */
export function outcomeOf(attempt: Attempt): { sign: Sign; text: string } {
  return OUTCOMES[attempt.Outcome] ?? { sign: "info", text: attempt.Outcome };
}

export interface Part {
  what: "Waited" | "Cold start" | "Ran";
  milliseconds: number;
}

/** Where an attempt's time went. The call's own time has the cold start in it. */
export function partsOf(attempt: Attempt): Part[] {
  const { Milliseconds: whole = 0, WaitMilliseconds: waited = 0, InitMilliseconds: cold = 0 } = attempt;
  const parts: Part[] = [
    { what: "Waited", milliseconds: waited },
    { what: "Cold start", milliseconds: Math.min(cold, whole) },
    { what: "Ran", milliseconds: Math.max(0, whole - cold) },
  ];
  return parts.filter((part) => part.milliseconds > 0);
}

/** "41 ms", "1.2 s", "3 min". */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1_000) return `${milliseconds < 10 ? milliseconds.toFixed(1).replace(/\.0$/, "") : Math.round(milliseconds)} ms`;
  if (milliseconds < 120_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}

/** Whether an attempt's batch is a part of an earlier one that failed: the batch was bisected. */
export function isBisected(attempt: Attempt, earlier: Attempt | undefined): boolean {
  return Boolean(earlier?.RecordCount && attempt.RecordCount && attempt.RecordCount < earlier.RecordCount && earlier.Outcome !== "Success");
}

/** Oldest first, as a story is told. */
export function inOrder(attempts: readonly Attempt[] | undefined): Attempt[] {
  return [...(attempts ?? [])].sort((one, other) => one.Time - other.Time);
}
