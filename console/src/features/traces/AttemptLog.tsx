import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { filterLogEvents } from "../../aws/logs";
import type { Attempt } from "../../aws/traces";
import { CodeBlock } from "../../pieces/CodeBlock";
import { ErrorAlert } from "../../pieces/ErrorAlert";

const LINES_MAX = 100;
const AROUND_MS = 60_000;

/** The lines that a function logged in one run, and the way to them in its log stream. */
export function AttemptLog({ attempt }: { attempt: Attempt }) {
  const [open, setOpen] = useState(false);
  const { LogGroup: group = "", LogStream: stream, RequestId: request = "" } = attempt;
  const since = Math.floor(attempt.Time * 1000 - (attempt.Milliseconds ?? 0) - AROUND_MS);
  const lines = useAws(
    filterLogEvents,
    open
      ? {
          logGroupName: group,
          ...(stream ? { logStreamNames: [stream] } : {}),
          filterPattern: `"${request}"`,
          startTime: since,
          limit: LINES_MAX,
        }
      : null,
  );
  const found = (lines.data?.events ?? []).map((event) => event.message?.trimEnd() ?? "");
  return (
    <ExpandableSection headerText="Log lines" expanded={open} onChange={({ detail }) => setOpen(detail.expanded)}>
      <SpaceBetween size="xs">
        <ErrorAlert error={lines.error} retry={() => void lines.refetch()} />
        {lines.data && (found.length ? <CodeBlock label="Log lines" text={found.join("\n")} /> : "Nothing was logged with this request's id.")}
        {stream && <Link href={to.logStream(group, stream, `"${request}"`)}>Open in the log stream</Link>}
      </SpaceBetween>
    </ExpandableSection>
  );
}
