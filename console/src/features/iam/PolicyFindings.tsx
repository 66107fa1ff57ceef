import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useDeferredValue } from "react";

import { useAws } from "../../aws/hooks";
import { type Finding, lintPolicy } from "../../aws/tailrace";

const SIGNS: Record<Finding["Severity"], StatusIndicatorProps.Type> = { error: "error", warning: "warning", hint: "info" };

/** What is wrong with a policy though IAM would take it: a table's ARN where the stream's is needed, unknown actions. */
export function PolicyFindings({ text }: { text: string }) {
  const asked = useDeferredValue(text);
  const findings = useAws(lintPolicy, isComplete(asked) ? { PolicyDocument: asked } : null, { keepPrevious: true });
  // Whoever may not ask for findings edits without them.
  return (
    <div role="status" aria-label="Findings">
      {(findings.data?.Findings ?? []).map((finding) => (
        <div key={`${finding.Code}-${finding.Path}`}>
          <StatusIndicator type={SIGNS[finding.Severity]}>
            Line {finding.Line}: {finding.Text}
            {finding.Suggestion ? ` ${finding.Suggestion}` : ""}
          </StatusIndicator>
        </div>
      ))}
    </div>
  );
}

/** Whether the text is JSON with statements: half a document has no findings worth reading. */
function isComplete(text: string): boolean {
  try {
    const { Statement } = JSON.parse(text) as { Statement?: unknown[] };
    return Array.isArray(Statement) ? Statement.length > 0 : Statement !== undefined;
  } catch {
    return false;
  }
}
