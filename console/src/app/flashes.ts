/** What the flash bar shows: the outcome of changes, each until it is dismissed or four newer ones came. */

import type { FlashbarProps } from "@cloudscape-design/components/flashbar";

import { wording } from "../aws/errors";

export type Flash = Pick<FlashbarProps.MessageDefinition, "type" | "header" | "content" | "action"> & {
  id: string;
  /** Offers to show the call that it tells of. */
  showsCall?: boolean;
};

const FLASHES_MAX = 4;
const listeners = new Set<() => void>();
let shown: readonly Flash[] = [];
let made = 0;

/** Show a message. Returns its id. */
export function flash(message: Omit<Flash, "id">): string {
  const id = `flash-${++made}`;
  set([{ ...message, id }, ...shown].slice(0, FLASHES_MAX));
  return id;
}

/** Show an error in AWS's words. */
export function flashError(error: unknown): string {
  return flash({ type: "error", content: wording(error) });
}

/** Take a message away. */
export function dismiss(id: string): void {
  set(shown.filter((message) => message.id !== id));
}

/** What is shown now. */
export function flashes(): readonly Flash[] {
  return shown;
}

/** Be told of every change. Returns what ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(next: readonly Flash[]): void {
  shown = next;
  listeners.forEach((told) => told());
}
