import { describe, expect, it } from "vitest";

import { merged, received, visibility } from "./received";

const message = (id: string, receipt: string) =>
  received({ MessageId: id, ReceiptHandle: receipt, Attributes: { ApproximateReceiveCount: "2" } }, 1_000, 30);

describe("received messages", () => {
  it("are hidden until their timeout has passed", () => {
    expect(visibility(message("a", "1"), 1_000)).toBe("Hidden for 30 s");
    expect(visibility(message("a", "1"), 31_000)).toBe("Visible again");
  });

  it("are there once, with the latest receipt", () => {
    const list = merged([message("a", "1"), message("b", "1")], [message("a", "2")]);
    expect(list.map((each) => [each.id, each.handle])).toEqual([
      ["b", "1"],
      ["a", "2"],
    ]);
  });
});
