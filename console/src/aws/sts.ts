/** Signing in: a key that lasts is used twice, for who it is and for temporary credentials, and then forgotten. */

import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";

import { settings } from "./clients";
import type { Session } from "./session";

/** The session of an access key. Throws what STS answers. */
export async function signIn(key: { accessKeyId: string; secretAccessKey: string; region: string }): Promise<Session> {
  const client = new STSClient(settings(key));
  const who = await client.send(new GetCallerIdentityCommand({}));
  const { Credentials: made } = await client.send(new GetSessionTokenCommand({}));
  return {
    accessKeyId: made?.AccessKeyId ?? "",
    secretAccessKey: made?.SecretAccessKey ?? "",
    sessionToken: made?.SessionToken ?? "",
    expiration: made?.Expiration?.getTime() ?? 0,
    region: key.region,
    account: who.Account ?? "",
    arn: who.Arn ?? "",
  };
}

/** The session of temporary credentials that somebody else has got. Throws what STS answers. */
export async function adopt(given: Omit<Session, "account" | "arn">): Promise<Session> {
  const who = await new STSClient(settings(given)).send(new GetCallerIdentityCommand({}));
  return { ...given, account: who.Account ?? "", arn: who.Arn ?? "" };
}
