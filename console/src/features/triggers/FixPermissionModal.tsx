import Button from "@cloudscape-design/components/button";

import { to } from "../../app/paths";
import { lastPart } from "../../aws/arn";
import { useAws, useChange } from "../../aws/hooks";
import { putRolePolicy } from "../../aws/iam";
import { getFunctionConfiguration } from "../../aws/lambda";
import { CodeBlock } from "../../pieces/CodeBlock";
import { FormModal } from "../../pieces/FormModal";
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
    <FormModal
      title={role ? `Allow ${role} to read this stream` : "Allow the function to read this stream"}
      action={retry ? "Add policy and retry" : "Add policy"}
      size="large"
      busy={add.isPending}
      disabled={!role}
      error={configuration.error ?? add.error}
      between={
        <Button disabled={!role} href={to.createInlinePolicy(role)} target="_blank" iconName="external" iconAlign="right">
          Open policy editor
        </Button>
      }
      onSubmit={submit}
      onClose={onClose}
    >
      <div>The smallest policy that removes this error. It names this stream only.</div>
      <CodeBlock label="Policy" text={text} />
    </FormModal>
  );
}
