/** Whom an inline policy belongs to, as the address of its page says, and how it is read and written. */

import { to } from "../../app/paths";
import { getRolePolicy, putRolePolicy, putUserPolicy } from "../../aws/iam";
import { getGroupPolicy, putGroupPolicy } from "../../aws/iam-groups";
import { getUserPolicy } from "../../aws/iam-users";
import type { Operation } from "../../aws/operation";
import type { Step } from "./HeldPolicies";

export interface InlinePolicy {
  PolicyName: string;
  PolicyDocument: string;
}

export interface InlineHolder {
  kind: "role" | "user" | "group";
  name: string;
  /** Its page. */
  page: string;
  put: (policy: InlinePolicy, step: Step) => Promise<unknown>;
  get: Operation<{ PolicyName: string }, { PolicyDocument?: string | undefined }>;
}

type Kind = InlineHolder["kind"];
type Get = (name: string, policy: string, signal?: AbortSignal) => Promise<{ PolicyDocument?: string | undefined }>;
type Put = (name: string, policy: InlinePolicy, step: Step) => Promise<unknown>;

const KINDS: Record<Kind, { page: (name: string) => string; get: Get; put: Put }> = {
  role: {
    page: to.role,
    get: (RoleName, PolicyName, signal) => getRolePolicy.send({ RoleName, PolicyName }, signal),
    put: (RoleName, policy, step) => step(putRolePolicy, { RoleName, ...policy }),
  },
  user: {
    page: to.user,
    get: (UserName, PolicyName, signal) => getUserPolicy.send({ UserName, PolicyName }, signal),
    put: (UserName, policy, step) => step(putUserPolicy, { UserName, ...policy }),
  },
  group: {
    page: to.group,
    get: (GroupName, PolicyName, signal) => getGroupPolicy.send({ GroupName, PolicyName }, signal),
    put: (GroupName, policy, step) => step(putGroupPolicy, { GroupName, ...policy }),
  },
};

/** The role, user or group that the parameters of an address name. */
export function holderOf({ role, user, group = "" }: { role?: string; user?: string; group?: string }): InlineHolder {
  const [kind, name]: [Kind, string] = role !== undefined ? ["role", role] : user !== undefined ? ["user", user] : ["group", group];
  const { page, get, put } = KINDS[kind];
  return {
    kind,
    name,
    page: page(name),
    put: (policy, step) => put(name, policy, step),
    // A query's key has its operation's name: without the holder in it, two of them would share an answer.
    get: { service: "iam", name: `InlinePolicy of ${kind} ${name}`, send: ({ PolicyName }, signal) => get(name, PolicyName, signal) },
  };
}
