import { parseArn } from "../../aws/arn";

/** The name of the table that a stream is of. */
export function tableOfStream(stream: string): string {
  return parseArn(stream)?.resource.split("/")[1] ?? "";
}
