/**
 * A session that is over: what was refused for it waits while somebody signs in over the page, and goes on then.
 *
 * Temporary credentials can't be exchanged for new ones, and the key that lasts isn't kept, so nothing but a sign-in
 * renews them: here, or in another tab of this browser, which hands its session over (session.ts).
 */

import { isExpired } from "./errors";
import { type Session, session, subscribe as subscribeToSession } from "./session";

const listeners = new Set<() => void>();
let asking = false;
/** The session that somebody would rather not renew now: what is refused for it fails at once. */
let declined: Session | null = null;
let waiting: (() => void)[] = [];

/** Whether the sign-in is to be shown over the page. */
export function isAsking(): boolean {
  return asking;
}

/** Show the sign-in, for what waits or before the session ends. */
export function askForRenewal(): void {
  declined = null;
  set(true);
}

/** Close the sign-in without one: what waits for it fails as it was refused. */
export function decline(): void {
  declined = session();
  set(false);
  goOn();
}

/** Be told when the sign-in is to be shown or closed. Returns what ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What `send` answers. Where the session is over, it is sent once more after a sign-in: what was refused has done nothing. */
export async function renewing<O>(send: () => Promise<O>): Promise<O> {
  const before = session();
  try {
    return await send();
  } catch (error) {
    if (!before || !isExpired(error)) throw error;
    if (session() === before) await renewed(before);
    if (!session() || session() === before) throw error;
    return send();
  }
}

async function renewed(before: Session): Promise<void> {
  if (declined === before) return;
  set(true);
  await new Promise<void>((resolve) => waiting.push(resolve));
}

subscribeToSession(() => {
  set(false);
  goOn();
});

function goOn(): void {
  const those = waiting;
  waiting = [];
  those.forEach((resolve) => resolve());
}

function set(next: boolean): void {
  if (asking === next) return;
  asking = next;
  listeners.forEach((told) => told());
}
