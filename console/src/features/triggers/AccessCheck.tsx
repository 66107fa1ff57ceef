import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { useAws } from "../../aws/hooks";
import { streamAccess } from "./stream-access";

interface Props {
  functionName: string;
  streamArn: string;
  /** Undefined where the page offers it elsewhere already. */
  onFix?: () => void;
}

/** Says before a trigger is submitted whether the function's role may read the stream. */
export function AccessCheck({ functionName, streamArn, onFix }: Props) {
  const access = useAws(streamAccess, { functionName, streamArn });
  // Whoever may not ask the simulator finds out by submitting.
  if (access.error) return null;
  if (!access.data) return <StatusIndicator type="loading">Checking the permissions of {functionName}</StatusIndicator>;
  const { role, lacking } = access.data;
  if (lacking.length === 0) return <StatusIndicator type="success">{role} may read this stream</StatusIndicator>;
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <StatusIndicator type="warning">
        {role} may not read this stream yet: {lacking.map((action) => action.replace("dynamodb:", "")).join(", ")}
      </StatusIndicator>
      {onFix && (
        <Button variant="inline-link" formAction="none" onClick={onFix}>
          Fix permission
        </Button>
      )}
    </SpaceBetween>
  );
}
