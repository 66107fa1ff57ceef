/** What IAM tells of a user in several answers, as one. */

import type { AccessKeyMetadata } from "@aws-sdk/client-iam";

import {
  getAccessKeyLastUsed,
  getUserPolicy,
  listAccessKeys,
  listAttachedUserPolicies,
  listUserPolicies,
} from "../../aws/iam-users";
import type { Operation } from "../../aws/operation";
import { type HeldPolicy, inlinePolicies, managedPolicies } from "./held-policies";

export interface KeyInUse extends AccessKeyMetadata {
  lastUsed?: Date | undefined;
  lastService?: string | undefined;
}

/** A user's keys, and when each was used last. */
export const userKeys: Operation<{ UserName: string }, KeyInUse[]> = {
  service: "iam",
  name: "UserKeys",
  send: async ({ UserName }, signal) => {
    const keys = await listAccessKeys.send({ UserName }, signal);
    return Promise.all(
      keys.map(async (key): Promise<KeyInUse> => {
        const { AccessKeyLastUsed: last } = await getAccessKeyLastUsed.send({ AccessKeyId: key.AccessKeyId }, signal);
        return { ...key, lastUsed: last?.LastUsedDate, lastService: last?.ServiceName };
      }),
    );
  },
};

/** All policies of a user, managed and inline, with their texts; those of the groups are the groups'. */
export const userPolicies: Operation<{ UserName: string }, HeldPolicy[]> = {
  service: "iam",
  name: "UserPolicies",
  send: async ({ UserName }, signal) => {
    const [attached, inline] = await Promise.all([
      listAttachedUserPolicies.send({ UserName }, signal),
      listUserPolicies.send({ UserName }, signal),
    ]);
    const [managed, own] = await Promise.all([
      managedPolicies(attached, signal),
      inlinePolicies(inline, (PolicyName) => getUserPolicy.send({ UserName, PolicyName }, signal)),
    ]);
    return [...managed, ...own];
  },
};
