import type { StartLiveTailResponseStream } from "@aws-sdk/client-cloudwatch-logs";
import { expect, it } from "vitest";

import { LINES_MAX, LiveTail } from "./live-tail";

const WANTED = { groups: ["g"], prefix: "", filter: "" };

function update(...messages: string[]): StartLiveTailResponseStream {
  return metadata(false, messages);
}

function metadata(sampled: boolean, messages: string[]): StartLiveTailResponseStream {
  const sessionResults = messages.map((message) => ({ message, logStreamName: "s", logGroupIdentifier: "arn:aws:logs:r:1:log-group:g" }));
  return { sessionUpdate: { sessionMetadata: { sampled }, sessionResults } } as StartLiveTailResponseStream;
}

async function* events(...given: StartLiveTailResponseStream[]): AsyncGenerator<StartLiveTailResponseStream> {
  yield { sessionStart: {} } as StartLiveTailResponseStream;
  for (const event of given) yield await Promise.resolve(event);
}

it("shows the newest line first, and no more lines than it keeps", async () => {
  const many = Array.from({ length: LINES_MAX }, (_, number) => String(number));
  const tail = new LiveTail(() => Promise.resolve(events(update("old", ...many), update("new"))));
  await tail.start(WANTED);
  const { lines } = tail.snapshot();
  expect(lines).toHaveLength(LINES_MAX);
  expect(lines[0]).toMatchObject({ message: "new", group: "g", stream: "s" });
  expect(lines.at(-1)?.message).toBe("1");
  tail.clear();
  expect(tail.snapshot().lines).toEqual([]);
});

it("says that lines are a sample for as long as they are there, not for the second in which they came", async () => {
  const tail = new LiveTail(() => Promise.resolve(events(metadata(true, ["one of many"]), update(), update("one of one"))));
  await tail.start(WANTED);
  expect(tail.snapshot().sampled).toBe(true);
  tail.clear();
  expect(tail.snapshot().sampled).toBe(false);
});

it("says that the session was ended from the other side, and keeps its lines", async () => {
  const over = { SessionTimeoutException: new Error("three hours") } as unknown as StartLiveTailResponseStream;
  const tail = new LiveTail(() => Promise.resolve(events(update("line"), over)));
  await tail.start(WANTED);
  expect(tail.snapshot()).toMatchObject({ phase: "stopped", error: new Error("three hours") });
  expect(tail.snapshot().lines).toHaveLength(1);
});

it("ends with its last listener, and tells that as no error", async () => {
  let signal: AbortSignal | undefined;
  const tail = new LiveTail((_, given) => {
    signal = given;
    return Promise.resolve(events(update("line")));
  });
  const leave = tail.subscribe(() => undefined);
  const started = tail.start(WANTED);
  leave();
  await started;
  expect(signal?.aborted).toBe(true);
  expect(tail.snapshot()).toMatchObject({ phase: "stopped", error: null });
});
