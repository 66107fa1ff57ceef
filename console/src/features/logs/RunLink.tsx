import Link from "@cloudscape-design/components/link";

import { to } from "../../app/paths";

const RUN = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/;

/** From a line to the run that logged it, and so to the records that caused it. */
export function RunLink({ message }: { message: string }) {
  const run = /RequestId: |^\d{4}-\d\d-\d\dT\S+\t|"requestId"/.test(message) ? RUN.exec(message)?.[0] : undefined;
  return run ? <Link href={to.trace(run)}>Trace this run</Link> : null;
}
