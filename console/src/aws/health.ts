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
