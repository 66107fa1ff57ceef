/** How long the session still lasts, by the server's time: its clock may have been moved ahead. */

import { useEffect, useState } from "react";

import { health } from "../aws/health";
import { useAws } from "../aws/hooks";
import type { Session } from "../aws/session";

const POLL_MS = 30_000;
const LOOK_MS = 5_000;
const WARN_MS = 10 * 60_000;

/** Milliseconds until the session ends, where they are few enough to tell of; null before. */
export function useEnding(session: Session | null): number | null {
  const server = useAws(health, session ? {} : null, { every: POLL_MS });
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const left = (session?.expiration ?? Infinity) - now - (server.data?.clock.ahead_seconds ?? 0) * 1000;
  return left < WARN_MS ? left : null;
}

/** "Your session ends in 4 minutes." */
export function endingText(left: number): string {
  if (left <= 0) return "Your session has ended.";
  const minutes = Math.ceil(left / 60_000);
  return `Your session ends in ${minutes === 1 ? "1 minute" : `${minutes} minutes`}.`;
}
