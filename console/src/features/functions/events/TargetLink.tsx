import Link from "@cloudscape-design/components/link";

import { to } from "../../../app/paths";
import { functionName, parseArn } from "../../../aws/arn";

/** Where something is sent: a queue, a topic or a function, with the way to its page; "-" for none. */
export function TargetLink({ arn }: { arn: string | undefined }) {
  const parts = arn ? parseArn(arn) : null;
  if (!arn || !parts) return arn || "-";
  const pages: Record<string, string> = { sqs: to.queue(parts.resource), sns: to.topic(arn), lambda: to.function(functionName(arn)) };
  const href = pages[parts.service];
  const text = <span style={{ overflowWrap: "anywhere" }}>{arn}</span>;
  return href ? <Link href={href}>{text}</Link> : text;
}
