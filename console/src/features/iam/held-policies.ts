/** The policies that a role, user or group has, managed and inline, with their texts. */

import type { AttachedPolicy } from "@aws-sdk/client-iam";

import { lastPart } from "../../aws/arn";
import { getPolicy, getPolicyVersion } from "../../aws/iam";

export interface HeldPolicy {
  name: string;
  kind: "AWS managed" | "Customer managed" | "Customer inline";
  /** Of a managed policy. */
  arn?: string;
  document: string;
}

/** IAM writes policies into its answers percent-encoded. */
export function decoded(text: string | undefined): string {
  return decodeURIComponent(text ?? "");
}

/** Managed policies with the text that is in force. */
export function managedPolicies(attached: AttachedPolicy[], signal?: AbortSignal): Promise<HeldPolicy[]> {
  return Promise.all(
    attached.map(async ({ PolicyArn = "", PolicyName }): Promise<HeldPolicy> => {
      const { Policy } = await getPolicy.send({ PolicyArn }, signal);
      const { PolicyVersion } = await getPolicyVersion.send({ PolicyArn, VersionId: Policy?.DefaultVersionId }, signal);
      const kind = PolicyArn.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed";
      return { name: PolicyName ?? lastPart(PolicyArn), kind, arn: PolicyArn, document: decoded(PolicyVersion?.Document) };
    }),
  );
}

/** Inline policies with their texts, as `read` gives them. */
export function inlinePolicies(names: string[], read: (name: string) => Promise<{ PolicyDocument?: string | undefined }>): Promise<HeldPolicy[]> {
  return Promise.all(
    names.map(async (name): Promise<HeldPolicy> => {
      const { PolicyDocument } = await read(name);
      return { name, kind: "Customer inline", document: decoded(PolicyDocument) };
    }),
  );
}
