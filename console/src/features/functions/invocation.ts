/** What came of an invocation, read off Invoke's answer. */

import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";

import { prettyJson } from "../../pieces/texts";

export interface Invocation {
  failed: boolean;
  /** "Unhandled", where the function threw. */
  error?: string;
  payload: string;
  log: string;
  requestId: string;
  version: string;
  /** As the REPORT line of the log tells: "Duration": "12.34 ms", "Max Memory Used": "65 MB". */
  report: Record<string, string>;
}

/** The parts of an answer. The log is its last 4 KB. */
export function invocationOf(answer: InvokeCommandOutput): Invocation {
  const log = answer.LogResult ? new TextDecoder().decode(Uint8Array.from(atob(answer.LogResult), (it) => it.charCodeAt(0))) : "";
  return {
    failed: Boolean(answer.FunctionError),
    ...(answer.FunctionError ? { error: answer.FunctionError } : {}),
    payload: prettyJson(answer.Payload ? new TextDecoder().decode(answer.Payload) : ""),
    log,
    requestId: answer.$metadata.requestId ?? "",
    version: answer.ExecutedVersion ?? "$LATEST",
    report: reportOf(log),
  };
}

/** The pairs of the REPORT line, which stand between tabs. */
export function reportOf(log: string): Record<string, string> {
  const line = log.split("\n").find((each) => each.startsWith("REPORT ")) ?? "";
  const pairs = line.replace("REPORT ", "").split("\t");
  return Object.fromEntries(pairs.map((pair) => pair.split(": ").map((part) => part.trim())).filter(([name, value]) => name && value));
}
