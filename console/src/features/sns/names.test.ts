import { describe, expect, it } from "vitest";

import { confirmation, isFifo, lastOf } from "./names";

const TOPIC = "arn:aws:sns:us-east-1:000000000000:Orders.fifo";

describe("names", () => {
  it("are the last part of an ARN", () => {
    expect(lastOf(TOPIC)).toBe("Orders.fifo");
    expect(isFifo(TOPIC)).toBe(true);
  });

  it("are found in the link that confirms", () => {
    const link = `http://localhost:4566/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(TOPIC)}&Token=abc`;
    expect(confirmation(link)).toEqual({ TopicArn: TOPIC, Token: "abc" });
    expect(confirmation(link.replace("Confirm", "Un"))).toBeNull();
    expect(confirmation("no link")).toBeNull();
  });
});
