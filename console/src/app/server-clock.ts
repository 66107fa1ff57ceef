/** The server's clock, which may be ahead of the machine's, and moving it ahead where the server was started so. */

import { useQueryClient } from "@tanstack/react-query";

import { health } from "../aws/health";
import { useAws, useChange } from "../aws/hooks";
import { session } from "../aws/session";
import { advanceClock } from "../aws/tailrace";

const POLL_MS = 30_000;
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

export interface ServerClock {
  movable: boolean;
  /** Milliseconds since 1970 when the server was last asked. */
  now: number;
}

/** A time of the server, to the minute. */
export function clockText(time: number): string {
  return DAY.format(time);
}

/** The server's clock; null until it is known. */
export function useServerClock(): ServerClock | null {
  const server = useAws(health, {}, { every: POLL_MS });
  if (!server.data) return null;
  return { movable: server.data.clock.movable, now: server.dataUpdatedAt + server.data.clock.ahead_seconds * 1000 };
}

export interface AdvanceClock {
  isPending: boolean;
  /** Move the clock by so many seconds, or to a time in seconds since 1970. */
  move: (by: { Seconds: number } | { Time: number }, onMoved?: () => void) => void;
}

/** Moves the server's clock ahead; whatever a page shows is asked for anew, for it may be another one at another time. */
export function useAdvanceClock(): AdvanceClock {
  const cache = useQueryClient();
  const advance = useChange(advanceClock, {
    says: ({ Time }) => `The server's time is ${clockText(Time * 1000)}. What waited for it happens now.`,
  });
  const move: AdvanceClock["move"] = (by, onMoved) =>
    advance.mutate(by, {
      onSuccess: () => {
        onMoved?.();
        void cache.invalidateQueries();
      },
    });
  return { isPending: advance.isPending, move };
}

/** Whether the session is over at a time of the server. */
export function endsSession(time: number): boolean {
  return time > (session()?.expiration ?? Infinity);
}
