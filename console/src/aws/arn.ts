/** Amazon Resource Names: taken apart, and put together. */

export interface Arn {
  partition: string;
  service: string;
  region: string;
  account: string;
  /** All after the fifth colon: `table/Cloud9/stream/2026-11-29T16:10:48.123`. */
  resource: string;
}

/** The parts of an ARN, or null for what is none. */
export function parseArn(text: string): Arn | null {
  const [start, partition, service, region, account, ...rest] = text.trim().split(":");
  if (start !== "arn" || !partition || !service || rest.length === 0) return null;
  return { partition, service, region: region ?? "", account: account ?? "", resource: rest.join(":") };
}

/** The ARN of its parts. */
export function formatArn(arn: Arn): string {
  return ["arn", arn.partition, arn.service, arn.region, arn.account, arn.resource].join(":");
}

/** The last part of a name with slashes: the role of `role/service-role/R`. */
export function lastPart(text: string): string {
  return text.split("/").at(-1) ?? text;
}

/** The name of the function that an ARN means, with neither version nor alias. */
export function functionName(arn: string): string {
  return parseArn(arn)?.resource.split(":")[1] ?? arn;
}
