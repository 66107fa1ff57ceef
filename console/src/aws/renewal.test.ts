import { afterEach, expect, test, vi } from "vitest";

import { askForRenewal, decline, isAsking, renewing } from "./renewal";
import { keep, type Session } from "./session";

const OLD: Session = { accessKeyId: "ASIA1", secretAccessKey: "s", sessionToken: "t", expiration: 1, region: "r", account: "0", arn: "a" };
const NEW: Session = { ...OLD, accessKeyId: "ASIA2" };

function refusal(name: string): Error {
  return Object.assign(new Error("refused"), { name });
}

afterEach(() => keep(null));

test("what was refused for an ended session is sent once more after a sign-in", async () => {
  keep(OLD);
  const send = vi.fn().mockRejectedValueOnce(refusal("ExpiredTokenException")).mockResolvedValue("done");
  const answer = renewing(send);
  await vi.waitFor(() => expect(isAsking()).toBe(true));
  expect(send).toHaveBeenCalledTimes(1);
  keep(NEW);
  expect(await answer).toBe("done");
  expect(isAsking()).toBe(false);
});

test("who would rather not sign in gets the refusal, and isn't asked again by every call", async () => {
  keep(OLD);
  const send = vi.fn().mockRejectedValue(refusal("ExpiredToken"));
  const answer = renewing(send);
  await vi.waitFor(() => expect(isAsking()).toBe(true));
  decline();
  await expect(answer).rejects.toThrow("refused");
  await expect(renewing(send)).rejects.toThrow("refused");
  expect(isAsking()).toBe(false);
  askForRenewal();
  expect(isAsking()).toBe(true);
});

test("signing out ends the wait, and other refusals don't begin one", async () => {
  keep(OLD);
  const answer = renewing(vi.fn().mockRejectedValue(refusal("ExpiredToken")));
  await vi.waitFor(() => expect(isAsking()).toBe(true));
  keep(null);
  await expect(answer).rejects.toThrow("refused");
  keep(OLD);
  await expect(renewing(vi.fn().mockRejectedValue(refusal("AccessDenied")))).rejects.toThrow("refused");
  expect(isAsking()).toBe(false);
});
