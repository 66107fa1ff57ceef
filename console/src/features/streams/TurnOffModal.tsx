import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { updateTable } from "../../aws/dynamodb";
import { useChange } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";

/** Asks before the stream ends. */
export function TurnOffModal({ table, onClose }: { table: string; onClose: () => void }) {
  const turnOff = useChange(updateTable, { says: `The DynamoDB stream of ${table} is off.`, ownError: true });
  const submit = () =>
    turnOff.mutate({ TableName: table, StreamSpecification: { StreamEnabled: false } }, { onSuccess: onClose });
  return (
    <Modal
      visible
      header="Turn off DynamoDB stream"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" loading={turnOff.isPending} onClick={submit}>
              Turn off stream
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={turnOff.error} />
        <div>
          Changes of <b>{table}</b> are no longer captured, and its triggers get no more of them. What the stream holds stays
          readable for 24 hours.
        </div>
      </SpaceBetween>
    </Modal>
  );
}
