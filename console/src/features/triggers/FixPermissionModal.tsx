import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { to } from "../../app/paths";
import { lastPart } from "../../aws/arn";
import { useAws, useChange } from "../../aws/hooks";
import { putRolePolicy } from "../../aws/iam";
import { getFunctionConfiguration } from "../../aws/lambda";
import { CodeBlock } from "../../pieces/CodeBlock";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { streamPolicy } from "./stream-policy";

const POLICY_NAME = "dynamodb-stream-access";

interface Props {
  functionName: string;
  streamArn: string;
  /** Whether the trigger was refused before, and is to be asked for again. */
  retry: boolean;
  onClose: () => void;
  /** The role may read the stream now. */
  onFixed: () => void;
}

/** Shows the smallest policy that removes the error, and adds it to the function's role. */
export function FixPermissionModal({ functionName, streamArn, retry, onClose, onFixed }: Props) {
  const configuration = useAws(getFunctionConfiguration, { FunctionName: functionName });
  const add = useChange(putRolePolicy, { says: `The policy ${POLICY_NAME} was added.`, ownError: true });
  const role = configuration.data?.Role ? lastPart(configuration.data.Role) : "";
  const text = JSON.stringify(streamPolicy(streamArn), null, 2);
  const submit = () =>
    add.mutate({ RoleName: role, PolicyName: POLICY_NAME, PolicyDocument: text }, { onSuccess: onFixed });
  return (
    <Modal
      visible
      size="large"
      header={role ? `Allow ${role} to read this stream` : "Allow the function to read this stream"}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={onClose}>
              Cancel
            </Button>
            <Button formAction="none" disabled={!role} href={to.createInlinePolicy(role)} target="_blank" iconName="external" iconAlign="right">
              Open policy editor
            </Button>
            <Button variant="primary" formAction="none" disabled={!role} loading={add.isPending} onClick={submit}>
              {retry ? "Add policy and retry" : "Add policy"}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <ErrorAlert error={configuration.error ?? add.error} />
        <div>The smallest policy that removes this error. It names this stream only.</div>
        <CodeBlock label="Policy" text={text} />
      </SpaceBetween>
    </Modal>
  );
}
