/** Creating a role: whom it trusts, what it may do, and what it is called. */

import { allOrNothing } from "../../aws/all-or-nothing";
import { attachRolePolicy, createRole, detachRolePolicy } from "../../aws/iam";
import { deleteRole } from "../../aws/iam-roles";
import type { Tag } from "../../pieces/TagsContainer";
import type { Step } from "../iam/HeldPolicies";

export type TrustedEntity = "service" | "account" | "custom";

export interface Trust {
  entity: TrustedEntity;
  /** The principal of a service: "lambda.amazonaws.com". */
  service: string;
  /** Another account's number; empty for this one. */
  account: string;
  /** What somebody of the account has to say to take the role on; empty for nothing. */
  externalId: string;
  /** A trust policy of one's own. */
  document: string;
}

export interface NewRole {
  name: string;
  description: string;
  trust: Trust;
  /** ARNs of managed policies. */
  policies: string[];
  /** The ARN of the boundary; empty for none. */
  boundary: string;
  tags: Tag[];
}

export interface UseCase {
  principal: string;
  label: string;
  description: string;
}

/** The services that take roles on here. */
export const USE_CASES: UseCase[] = [
  {
    principal: "lambda.amazonaws.com",
    label: "Lambda",
    description: "Allows Lambda functions to call AWS services on your behalf.",
  },
];

const CUSTOM = {
  Version: "2012-10-17",
  Statement: [{ Sid: "Statement1", Effect: "Allow", Principal: {}, Action: "sts:AssumeRole" }],
};

export const EMPTY_ROLE: NewRole = {
  name: "",
  description: "",
  trust: {
    entity: "service",
    service: USE_CASES[0]?.principal ?? "",
    account: "",
    externalId: "",
    document: JSON.stringify(CUSTOM, null, 2),
  },
  policies: [],
  boundary: "",
  tags: [],
};

/** The trust policy that the choice makes. `account` is one's own. */
export function trustPolicy(trust: Trust, account: string): string {
  if (trust.entity === "custom") return trust.document;
  const Principal = trust.entity === "service" ? { Service: trust.service } : { AWS: trust.account || account };
  const Condition = trust.entity === "account" && trust.externalId ? { StringEquals: { "sts:ExternalId": trust.externalId } } : undefined;
  const statement = { Effect: "Allow", Principal, Action: "sts:AssumeRole", ...(Condition ? { Condition } : {}) };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);
}

/** What is still missing of the trust; nothing where it is whole. */
export function missingTrust(trust: Trust): string | undefined {
  if (trust.entity === "service" && !trust.service) return "Choose a service, or write its principal.";
  if (trust.entity === "account" && trust.account && !/^\d{12}$/.test(trust.account)) return "An account's number has 12 digits.";
  return undefined;
}

/** Make the role with all its policies, or leave nothing of it. Returns its name. */
export async function create(role: NewRole, account: string, step: Step): Promise<string> {
  const RoleName = role.name;
  const Tags = role.tags.filter((tag) => tag.key).map((tag) => ({ Key: tag.key, Value: tag.value }));
  const made = {
    RoleName,
    AssumeRolePolicyDocument: trustPolicy(role.trust, account),
    ...(role.description ? { Description: role.description } : {}),
    ...(role.boundary ? { PermissionsBoundary: role.boundary } : {}),
    ...(Tags.length ? { Tags } : {}),
  };
  await allOrNothing([
    { carryOut: () => step(createRole, made), undo: () => step(deleteRole, { RoleName }) },
    ...role.policies.map((PolicyArn) => ({
      carryOut: () => step(attachRolePolicy, { RoleName, PolicyArn }),
      undo: () => step(detachRolePolicy, { RoleName, PolicyArn }),
    })),
  ]);
  return RoleName;
}
