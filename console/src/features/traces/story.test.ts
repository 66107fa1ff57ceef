import { expect, test } from "vitest";

import { durationText, inOrder, isBisected, kindOf, partsOf } from "./story";

test("an id tells what it names", () => {
  expect(kindOf("ab26525994042c4321f2195e655406c5")).toBe("event");
  expect(kindOf("ab26525994042c4321f2195e655406c5-replay-0123abcd")).toBe("event");
  expect(kindOf("100000000000003298534883329")).toBe("sequence");
  expect(kindOf("da308d26-4ed9-4073-9aea-a8319f0783b3")).toBe("request");
  expect(kindOf("225C5BE997AD1EE657CF0270C4B9AA3B5921D6F6FDA3E7AA28A8")).toBe("request");
  expect(kindOf("no id")).toBeNull();
});

test("the time of a call is divided into cold start and run, and what took none is left out", () => {
  const at = { Time: 1, Outcome: "Success" };
  expect(partsOf({ ...at, Milliseconds: 562, InitMilliseconds: 164, WaitMilliseconds: 41 })).toEqual([
    { what: "Waited", milliseconds: 41 },
    { what: "Cold start", milliseconds: 164 },
    { what: "Ran", milliseconds: 398 },
  ]);
  expect(partsOf({ ...at, Milliseconds: 5 })).toEqual([{ what: "Ran", milliseconds: 5 }]);
  expect(partsOf(at)).toEqual([]);
});

test("durations are read at a glance", () => {
  expect([2.54, 3, 41, 1_234, 180_000].map(durationText)).toEqual(["2.5 ms", "3 ms", "41 ms", "1.2 s", "3 min"]);
});

test("a smaller batch after a failure is a bisected one", () => {
  const failed = { Time: 1, Outcome: "Failure", RecordCount: 10 };
  expect(isBisected({ Time: 2, Outcome: "Success", RecordCount: 5 }, failed)).toBe(true);
  expect(isBisected({ Time: 2, Outcome: "Success", RecordCount: 10 }, failed)).toBe(false);
  expect(isBisected({ Time: 2, Outcome: "Success", RecordCount: 5 }, undefined)).toBe(false);
  expect(inOrder([{ Time: 2, Outcome: "b" }, { Time: 1, Outcome: "a" }]).map((each) => each.Outcome)).toEqual(["a", "b"]);
});
