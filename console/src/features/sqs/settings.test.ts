import { describe, expect, it } from "vitest";

import { durationText } from "./durations";
import { queueName } from "./queue";
import { changed, INITIAL, valuesOf } from "./settings";

describe("a queue's settings", () => {
  it("are those that it has, and what is sent are those that differ", () => {
    const before = valuesOf({ VisibilityTimeout: "5" });
    expect(before).toEqual({ ...INITIAL, VisibilityTimeout: "5" });
    expect(changed(before, { ...before, DelaySeconds: "3" })).toEqual({ DelaySeconds: "3" });
    expect(valuesOf({ FifoQueue: "true", DeduplicationScope: "messageGroup" })).toEqual({
      ...INITIAL,
      ContentBasedDeduplication: "false",
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perQueue",
    });
  });

  it("are read as durations", () => {
    expect(durationText(345_600)).toBe("4 days");
    expect(durationText(90)).toBe("1 minute 30 seconds");
    expect(durationText(0)).toBe("0 seconds");
  });

  it("belong to a name, which URL and ARN end in", () => {
    expect(queueName("http://localhost:4566/000000000000/a.fifo")).toBe("a.fifo");
    expect(queueName("arn:aws:sqs:us-east-1:000000000000:b")).toBe("b");
  });
});
