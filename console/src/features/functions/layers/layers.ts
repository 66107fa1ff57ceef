/** The layers of a function, in the order in which they are unpacked: pure. */

import { parseArn } from "../../../aws/arn";

/** As on AWS, for a function. */
export const LAYERS_MAX = 5;

/** The name and the version that the ARN of a layer's version has. */
export function layerOf(arn: string): { name: string; version: string } {
  const [, name = arn, version = ""] = parseArn(arn)?.resource.split(":") ?? [];
  return { name, version };
}

/** The list with one of its layers a place earlier (-1) or later (1). */
export function moved(arns: string[], at: number, by: -1 | 1): string[] {
  const next = [...arns];
  const [arn, other] = [next[at], next[at + by]];
  if (arn === undefined || other === undefined) return arns;
  next[at] = other;
  next[at + by] = arn;
  return next;
}
