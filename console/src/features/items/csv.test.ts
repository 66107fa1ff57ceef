import { expect, test } from "vitest";

import type { Item } from "./attribute";
import { csv } from "./csv";

test("keys come first, quotes are doubled, and what an item lacks is empty", () => {
  const items: Item[] = [
    { Z: { S: 'a "b", c' }, PK: { S: "1" } },
    { PK: { S: "2" }, A: { L: [{ N: "12345678901234567890" }] } },
  ];
  expect(csv(["PK"], items)).toBe('"PK","A","Z"\r\n"1","","a ""b"", c"\r\n"2","[{""N"":""12345678901234567890""}]",""\r\n');
});
