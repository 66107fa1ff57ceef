import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { to } from "../../app/paths";
import { CodeBlock } from "../../pieces/CodeBlock";
import { invocationOf } from "./invocation";

/** What a function has answered, how long it took, and what it has logged. */
export function InvocationResult({ logGroup, answer }: { logGroup: string; answer: InvokeCommandOutput }) {
  const { failed, error, payload, log, requestId, version, report } = invocationOf(answer);
  return (
    <Alert
      type={failed ? "error" : "success"}
      header={failed ? `Executing function: failed (${error})` : "Executing function: succeeded"}
      action={<Link href={to.logGroup(logGroup)}>Logs</Link>}
    >
      <ExpandableSection headerText="Details" defaultExpanded headingTagOverride="h3">
        <SpaceBetween size="m">
          <div>
            <Box variant="awsui-key-label">The function&apos;s answer</Box>
            <CodeBlock label="Answer of the function" text={payload || "(nothing)"} />
          </div>
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Request ID", value: <Link href={to.trace(requestId)}>{requestId}</Link> },
              { label: "Executed version", value: version },
              { label: "Duration", value: report["Duration"] ?? "-" },
              { label: "Billed duration", value: report["Billed Duration"] ?? "-" },
              { label: "Init duration", value: report["Init Duration"] ?? "-" },
              { label: "Max memory used", value: report["Max Memory Used"] ?? "-" },
            ]}
          />
          <div>
            <Box variant="awsui-key-label">Log output</Box>
            <CodeBlock label="Log output" text={log.trimEnd() || "(nothing)"} />
          </div>
        </SpaceBetween>
      </ExpandableSection>
    </Alert>
  );
}
