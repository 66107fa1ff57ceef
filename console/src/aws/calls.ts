/** The changes that this tab has asked for, newest first: what "Show call" tells as CLI, boto3 and JavaScript. */

import type { Operation, Service } from "./operation";

export interface MadeCall {
  service: Service;
  operation: string;
  input: unknown;
  at: number;
}

const CALLS_MAX = 50;
const listeners = new Set<() => void>();
let made: readonly MadeCall[] = [];

/** Note a change. What stands for several operations has no name, and is noted by its steps. */
export function remember<I, O>(operation: Operation<I, O>, input: I): void {
  if (!operation.name) return;
  made = [{ service: operation.service, operation: operation.name, input, at: Date.now() }, ...made].slice(0, CALLS_MAX);
  listeners.forEach((told) => told());
}

/** The changes so far. */
export function calls(): readonly MadeCall[] {
  return made;
}

/** Be told of every change. Returns what ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
