/**
 * The one place that makes SDK clients: every one talks to the server that the page came from, signed with the session.
 *
 * `disableHostPrefix` keeps `streaming-` and other prefixes off the host name, which is one that only AWS has.
 */

import { type Session, session, subscribe } from "./session";

export interface Settings {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  disableHostPrefix: true;
  maxAttempts: number;
}

/** What a client is made with. Without `as` it is for the session. Throws where nobody is signed in. */
export function settings(as: Pick<Session, "accessKeyId" | "secretAccessKey" | "region"> | null = session()): Settings {
  if (!as) throw new Error("Nobody is signed in");
  return {
    endpoint: window.location.origin,
    region: as.region,
    credentials: {
      accessKeyId: as.accessKeyId,
      secretAccessKey: as.secretAccessKey,
      ...("sessionToken" in as && typeof as.sessionToken === "string" ? { sessionToken: as.sessionToken } : {}),
    },
    disableHostPrefix: true,
    maxAttempts: 2,
  };
}

/** A function that gives the client of the session: one for as long as the session stays the same. */
export function clientOf<C>(Client: new (settings: Settings) => C): () => C {
  let made: C | null = null;
  subscribe(() => {
    made = null;
  });
  return () => (made ??= new Client(settings()));
}
