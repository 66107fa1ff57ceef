import { beforeEach, expect, test } from "vitest";

import { dropEvent, refusal, savedEvents, saveEvent } from "./saved-events";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:F";

beforeEach(() => localStorage.clear());

test("events are kept by name, each function's apart", () => {
  saveEvent(ARN, { name: "b", event: "{}" });
  saveEvent(ARN, { name: "a", event: "1" });
  saveEvent(ARN, { name: "b", event: "2" });
  expect(savedEvents(ARN)).toEqual([
    { name: "a", event: "1" },
    { name: "b", event: "2" },
  ]);
  expect(savedEvents(`${ARN}2`)).toEqual([]);
  expect(dropEvent(ARN, "a")).toEqual([{ name: "b", event: "2" }]);
  dropEvent(ARN, "b");
  expect(localStorage.length).toBe(0);
});

test("what isn't an event is passed over", () => {
  localStorage.setItem(`tailrace.test-events:${ARN}`, '[{"name":"a","event":"1"},{"name":3},null]');
  expect(savedEvents(ARN)).toEqual([{ name: "a", event: "1" }]);
  localStorage.setItem(`tailrace.test-events:${ARN}`, "no JSON");
  expect(savedEvents(ARN)).toEqual([]);
});

test("names, JSON and the number of events are checked", () => {
  const ten = Array.from({ length: 10 }, (_each, at) => ({ name: `e${at}`, event: "{}" }));
  expect(refusal([], { name: "a b", event: "{}" })).toContain("A name");
  expect(refusal([], { name: "a", event: "{" })).toContain("no JSON");
  expect(refusal(ten, { name: "more", event: "{}" })).toContain("at most 10");
  expect(refusal(ten, { name: "e3", event: "{}" })).toBe("");
});
