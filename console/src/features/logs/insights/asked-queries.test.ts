import { beforeEach, expect, test } from "vitest";

import { ASKED_MAX, askedQueries, forgetQueries, rememberQuery } from "./asked-queries";

const ASKED = { query: "fields @message", groups: ["/a"], range: "1h", at: 1 };

beforeEach(() => localStorage.clear());

test("the newest query stands first, and the same one once", () => {
  rememberQuery(ASKED);
  rememberQuery({ ...ASKED, query: "stats count(*)", at: 2 });
  expect(rememberQuery({ ...ASKED, range: "1d", at: 3 })).toEqual([
    { ...ASKED, range: "1d", at: 3 },
    { ...ASKED, query: "stats count(*)", at: 2 },
  ]);
  rememberQuery({ ...ASKED, groups: ["/b"], at: 4 });
  expect(askedQueries().map(({ at }) => at)).toEqual([4, 3, 2]);
  expect(forgetQueries()).toEqual([]);
  expect(localStorage.length).toBe(0);
});

test("so many are kept, and nothing else", () => {
  for (let at = 0; at < ASKED_MAX + 5; at++) rememberQuery({ ...ASKED, query: `limit ${at}`, at });
  expect(askedQueries()).toHaveLength(ASKED_MAX);
  expect(askedQueries().at(-1)?.at).toBe(5);
  for (const name of Object.keys(localStorage)) localStorage.setItem(name, '[{"query":"limit 1"},null,3]');
  expect(askedQueries()).toEqual([]);
});
