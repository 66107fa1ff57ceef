/**
 * Who is signed in: temporary credentials, in this tab's sessionStorage and nowhere else.
 *
 * A tab that was opened from another one asks it for the session by BroadcastChannel, for `noopener` hands none over.
 */

export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Milliseconds since 1970. */
  expiration: number;
  region: string;
  account: string;
  arn: string;
}

const KEY = "tailrace.session";
const CHANNEL = "tailrace.session";
const ANSWER_MS = 150;
const listeners = new Set<() => void>();

let current: Session | null = read();

/** The session, or null where nobody is signed in or the credentials have run out. */
export function session(): Session | null {
  return current;
}

/** The name under which somebody is known: the last part of the ARN. */
export function nameOf(arn: string): string {
  return arn.split(":").at(-1)?.replace(/^(user|assumed-role)\//, "") ?? arn;
}

/** Keep a session, or forget it. */
export function keep(next: Session | null): void {
  current = next;
  if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
  else sessionStorage.removeItem(KEY);
  listeners.forEach((told) => told());
}

/** Be told of every change. Returns what ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The credentials that `tailrace console` puts into the address after `#`; null where there are none. */
export function fromFragment(fragment: string): Omit<Session, "account" | "arn"> | null {
  const encoded = new URLSearchParams(fragment.replace(/^#/, "")).get("session");
  if (!encoded) return null;
  try {
    const text = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    const found: unknown = JSON.parse(text);
    return isCredentials(found) ? found : null;
  } catch {
    return null; // somebody's own fragment: the form asks for a key then
  }
}

/** Offer this tab's session to new tabs of the same origin, and take over one of the same identity that ends later. */
export function shareWithTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event: MessageEvent<{ ask?: true; session?: Session }>) => {
    const { ask, session: other } = event.data;
    if (ask && current) channel.postMessage({ session: current });
    if (other && current && renews(other, current)) keep({ ...other, region: current.region });
  };
}

/** Hand a session that has just begun to the other tabs. */
export function announce(begun: Session): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage({ session: begun });
  channel.close();
}

/** Whether a session is the same identity's as another, and ends later. */
export function renews(next: Session, before: Session): boolean {
  return next.arn === before.arn && next.account === before.account && next.expiration > before.expiration;
}

/** The session of another tab of this browser, if one answers within a moment. */
export function askOtherTabs(): Promise<Session | null> {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    const done = (found: Session | null) => {
      channel.close();
      resolve(found);
    };
    channel.onmessage = (event: MessageEvent<{ session?: Session }>) => {
      if (event.data.session) done(event.data.session);
    };
    setTimeout(() => done(null), ANSWER_MS);
    channel.postMessage({ ask: true });
  });
}

function read(): Session | null {
  const kept = sessionStorage.getItem(KEY);
  if (!kept) return null;
  try {
    const found: unknown = JSON.parse(kept);
    return isCredentials(found) && found.expiration > Date.now() ? (found as Session) : null;
  } catch {
    return null;
  }
}

function isCredentials(found: unknown): found is Omit<Session, "account" | "arn"> {
  if (typeof found !== "object" || found === null) return false;
  const texts = ["accessKeyId", "secretAccessKey", "sessionToken", "region"] as const;
  const has = found as Record<string, unknown>;
  return texts.every((name) => typeof has[name] === "string") && typeof has.expiration === "number";
}
