import { expect, test, vi } from "vitest";

import { fromFragment, keep, renews, session, subscribe } from "./session";

const GIVEN = { accessKeyId: "ASIA1", secretAccessKey: "s", sessionToken: "t+/ü", expiration: 1, region: "us-east-1" };

function encoded(document: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(document).replace("ü", "\\u00fc"));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

test("the session of the address is read, and nothing else is", () => {
  expect(fromFragment(`#session=${encoded(GIVEN)}`)).toEqual(GIVEN);
  expect(fromFragment("#somewhere")).toBeNull();
  expect(fromFragment("#session=%%%")).toBeNull();
  expect(fromFragment(`#session=${encoded({ accessKeyId: 1 })}`)).toBeNull();
});

test("a session is kept in sessionStorage alone, and forgotten", () => {
  const told = vi.fn();
  const end = subscribe(told);
  keep({ ...GIVEN, account: "0", arn: "a" });
  expect(session()?.accessKeyId).toBe("ASIA1");
  expect(localStorage.length).toBe(0);
  keep(null);
  expect(sessionStorage.length).toBe(0);
  expect(told).toHaveBeenCalledTimes(2);
  end();
});

test("a tab takes over a later session of the same identity alone", () => {
  const before = { ...GIVEN, account: "0", arn: "a" };
  expect(renews({ ...before, expiration: 2 }, before)).toBe(true);
  expect(renews(before, before)).toBe(false);
  expect(renews({ ...before, expiration: 2, arn: "b" }, before)).toBe(false);
});
