import { describe, expect, it } from "vitest";

import type { Explanation, Permission } from "../../aws/tailrace";
import { holderOf, holderOfPolicy } from "./holder";

const USER = "arn:aws:iam::000000000000:user/team/ada";

function explanation(...permissions: Partial<Permission>[]): Explanation {
  return {
    Activity: { PrincipalArn: USER } as Explanation["Activity"],
    Summary: "",
    PolicyDocument: "{}",
    Permissions: permissions.map((it) => ({ Action: "a:B", Resource: "*", Allowed: false, Source: "identity", ...it })),
  };
}

describe("the holder", () => {
  it("is the role of a session, and the user below a path", () => {
    expect(holderOf("arn:aws:sts::000000000000:assumed-role/Reader/i-1")).toEqual({ kind: "role", name: "Reader" });
    expect(holderOf(USER)).toEqual({ kind: "user", name: "ada" });
    expect(holderOf("arn:aws:iam::000000000000:root")).toBeNull();
  });

  it("is who lacks all of it", () => {
    expect(holderOfPolicy(explanation({}, { Allowed: true, Source: "resource" }))).toEqual({ kind: "user", name: "ada" });
    expect(holderOfPolicy(explanation({ PrincipalArn: "arn:aws:iam::000000000000:role/F" }))).toEqual({ kind: "role", name: "F" });
  });

  it("is nobody where several lack it, or another kind of policy is what lacks", () => {
    expect(holderOfPolicy(explanation({}, { PrincipalArn: "arn:aws:iam::000000000000:role/F" }))).toBeNull();
    expect(holderOfPolicy(explanation({ Source: "boundary" }))).toBeNull();
  });
});
