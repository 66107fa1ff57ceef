import { expect, test } from "vitest";

import { fifoName } from "./fifo-name";

test("the ending is added once, and to those that are first in, first out", () => {
  expect([fifoName("a", true), fifoName("a.fifo", true), fifoName("a", false)]).toEqual(["a.fifo", "a.fifo", "a"]);
});
