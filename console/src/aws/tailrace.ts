/** Tailrace's own API: JSON 1.1 like AWS's, signed like AWS's (src/tailrace/wire/models/tailrace). */

import { Sha256 } from "@aws-crypto/sha256-browser";
import { SignatureV4 } from "@smithy/signature-v4";

import { settings } from "./clients";
import type { Operation } from "./operation";
import { renewing } from "./renewal";

const TARGET = "Tailrace_20261101";

/** An error as the SDK's own are made, so that `problemOf` reads both. */
class TailraceError extends Error {
  readonly $metadata: { requestId: string; httpStatusCode: number };

  constructor(code: string, message: string, requestId: string, httpStatusCode: number) {
    super(message);
    this.name = code;
    this.$metadata = { requestId, httpStatusCode };
  }
}

/** An operation of the own API. */
export function own<I extends object, O>(name: string): Operation<I, O> {
  return { service: "tailrace", name, send: (input, signal) => renewing(() => call<O>(name, input, signal)) };
}

async function call<O>(name: string, input: object, signal?: AbortSignal): Promise<O> {
  const { region, credentials, endpoint } = settings();
  const { host, hostname, protocol, port } = new URL(endpoint);
  const signer = new SignatureV4({ service: "tailrace", region, credentials, sha256: Sha256 });
  const signed = await signer.sign({
    method: "POST",
    protocol,
    hostname,
    ...(port ? { port: Number(port) } : {}),
    path: "/",
    query: {},
    headers: { host, "content-type": "application/x-amz-json-1.1", "x-amz-target": `${TARGET}.${name}` },
    body: JSON.stringify(input),
  });
  const headers = Object.fromEntries(Object.entries(signed.headers).filter(([header]) => header !== "host"));
  const answer = await fetch("/", { method: "POST", headers, body: signed.body as string, signal: signal ?? null });
  const text = await answer.text();
  const document = (text ? JSON.parse(text) : {}) as O & { __type?: string; message?: string };
  if (!answer.ok) {
    const code = (document.__type ?? "Error").split("#").at(-1) ?? "Error";
    throw new TailraceError(code, document.message ?? "", answer.headers.get("x-amzn-requestid") ?? "", answer.status);
  }
  return document;
}

export interface Permission {
  Action: string;
  Resource: string;
  Allowed: boolean;
  /** Whose permission it is, where it isn't the caller's: a function's role. */
  PrincipalArn?: string;
  Source?: string;
  ExplicitDeny?: boolean;
  Policy?: string;
  Statement?: string;
  Reason?: string;
}

export interface Activity {
  /** Seconds since 1970. */
  Time: number;
  RequestId: string;
  Service: string;
  Operation: string;
  Region?: string;
  SourceIp?: string;
  PrincipalArn?: string;
  AccessKeyId?: string;
  Resources?: string[];
  Decision: "Allowed" | "Denied" | "Undecided";
  Reason?: string;
  Policy?: string;
  Statement?: string;
  StatusCode: number;
  ErrorCode?: string;
  Milliseconds?: number;
  Permissions?: Permission[];
}

export interface ActivityQuestion {
  RequestId?: string;
  PrincipalArn?: string;
  Resource?: string;
  Service?: string;
  Operation?: string;
  Decision?: Activity["Decision"];
  StartTime?: number;
  EndTime?: number;
  MaxResults?: number;
  NextToken?: string;
}

export interface Explanation {
  Activity: Activity;
  Summary: string;
  Permissions: Permission[];
  Missing?: string[];
  PolicyDocument?: string;
  AttachTo?: string;
}

export interface Finding {
  Code: string;
  Severity: "error" | "warning" | "hint";
  Statement: string;
  Path: string;
  Line: number;
  Column: number;
  Text: string;
  Suggestion?: string;
}

export interface Mail {
  MailId: string;
  Time: number;
  To: string;
  Subject: string;
  Text: string;
  Link?: string;
}

export const listActivity = own<ActivityQuestion, { Activities: Activity[]; NextToken?: string }>("ListActivity");
export const explainRequest = own<{ RequestId: string }, Explanation>("ExplainRequest");
export const hasResourcePolicy = own<{ ResourceArn: string }, { HasPolicy: boolean }>("HasResourcePolicy");
export const lintPolicy = own<{ PolicyDocument: string }, { Findings: Finding[] }>("LintPolicy");
export const listMails = own<{ To?: string; MaxResults?: number }, { Mails: Mail[] }>("ListMails");
export const advanceClock = own<{ Seconds: number } | { Time: number }, { Time: number; OffsetSeconds: number }>("AdvanceClock");
