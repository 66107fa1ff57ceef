/** What the server says of itself to anybody, unsigned: /_tailrace/health. */

import type { Operation } from "./operation";

export interface Health {
  status: string;
  version: string;
  store: string;
  clock: { movable: boolean; ahead_seconds: number };
  functions: unknown;
}

export const health: Operation<object, Health> = {
  service: "tailrace",
  name: "health",
  send: async (_input, signal) => {
    const answer = await fetch("/_tailrace/health", { signal: signal ?? null });
    return (await answer.json()) as Health;
  },
};

/** The server's time in milliseconds since the epoch: it may be ahead of the browser's. */
export async function serverTime(signal?: AbortSignal): Promise<number> {
  const { clock } = await health.send({}, signal);
  return Date.now() + clock.ahead_seconds * 1000;
}
