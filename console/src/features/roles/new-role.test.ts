import { expect, test } from "vitest";

import type { Operation } from "../../aws/operation";
import { create, EMPTY_ROLE, missingTrust, trustPolicy } from "./new-role";

const trust = EMPTY_ROLE.trust;

function statement(text: string): Record<string, unknown> {
  return (JSON.parse(text) as { Statement: Record<string, unknown>[] }).Statement[0] ?? {};
}

test("the trust policy is the chosen one's", () => {
  expect(statement(trustPolicy(trust, "000000000000")).Principal).toEqual({ Service: "lambda.amazonaws.com" });
  const account = { ...trust, entity: "account" as const };
  expect(statement(trustPolicy(account, "000000000000"))).toEqual({
    Effect: "Allow",
    Principal: { AWS: "000000000000" },
    Action: "sts:AssumeRole",
  });
  const partner = statement(trustPolicy({ ...account, account: "111122223333", externalId: "ours" }, "000000000000"));
  expect(partner.Principal).toEqual({ AWS: "111122223333" });
  expect(partner.Condition).toEqual({ StringEquals: { "sts:ExternalId": "ours" } });
  expect(trustPolicy({ ...trust, entity: "custom", document: "{}" }, "")).toBe("{}");
});

test("what is missing of a trust is said", () => {
  expect(missingTrust(trust)).toBeUndefined();
  expect(missingTrust({ ...trust, service: "" })).toMatch(/service/);
  expect(missingTrust({ ...trust, entity: "account", account: "12" })).toMatch(/12 digits/);
});

test("a policy that can't be attached takes the new role with it", async () => {
  const done: string[] = [];
  const step = <A, B>(operation: Operation<A, B>, input: A): Promise<B> => {
    if ((input as { PolicyArn?: string }).PolicyArn === "second" && operation.name === "AttachRolePolicy") return Promise.reject(new Error("no"));
    done.push(operation.name);
    return Promise.resolve({} as B);
  };
  const role = { ...EMPTY_ROLE, name: "R", policies: ["first", "second"] };
  await expect(create(role, "000000000000", step)).rejects.toThrow("no");
  expect(done).toEqual(["CreateRole", "AttachRolePolicy", "DetachRolePolicy", "DeleteRole"]);
});
