/**
 * The events that somebody has saved to test a function with. AWS keeps them with the account; here they are in this
 * browser's localStorage, under the function's ARN, which no other browser sees.
 */

import { readKept, writeKept } from "../../pieces/kept-list";

export interface SavedEvent {
  name: string;
  /** JSON. */
  event: string;
}

const PREFIX = "tailrace.test-events:";
const NAME = /^[A-Za-z0-9._-]{1,25}$/;
/** As on AWS, for a function. */
export const EVENTS_MAX = 10;

/** The saved events of a function, by name. */
export function savedEvents(arn: string): SavedEvent[] {
  return readKept(PREFIX + arn, isEvent);
}

/** Why an event can't be saved; "" where it can. */
export function refusal(events: SavedEvent[], { name, event }: SavedEvent): string {
  if (!NAME.test(name)) return "A name has up to 25 letters, numbers, dots, hyphens and underscores.";
  if (!isJson(event)) return "The event is no JSON.";
  const others = events.filter((each) => each.name !== name);
  return others.length >= EVENTS_MAX ? `A function has at most ${EVENTS_MAX} saved events.` : "";
}

/** Keep an event, in place of one of the same name. Returns all. Throws what the browser refuses, where it has no more room. */
export function saveEvent(arn: string, saved: SavedEvent): SavedEvent[] {
  const others = savedEvents(arn).filter(({ name }) => name !== saved.name);
  return writeKept(PREFIX + arn, [...others, saved].sort((one, other) => one.name.localeCompare(other.name)));
}

/** Forget an event. Returns those that are left. */
export function dropEvent(arn: string, name: string): SavedEvent[] {
  return writeKept(PREFIX + arn, savedEvents(arn).filter((each) => each.name !== name));
}

function isEvent(found: unknown): found is SavedEvent {
  const has = found as Partial<SavedEvent> | null;
  return typeof has?.name === "string" && typeof has.event === "string";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
