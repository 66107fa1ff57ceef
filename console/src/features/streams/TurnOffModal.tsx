import { updateTable } from "../../aws/dynamodb";
import { useChange } from "../../aws/hooks";
import { FormModal } from "../../pieces/FormModal";

/** Asks before the stream ends. */
export function TurnOffModal({ table, onClose }: { table: string; onClose: () => void }) {
  const turnOff = useChange(updateTable, { says: `The DynamoDB stream of ${table} is off.`, ownError: true });
  const submit = () =>
    turnOff.mutate({ TableName: table, StreamSpecification: { StreamEnabled: false } }, { onSuccess: onClose });
  return (
    <FormModal
      title="Turn off DynamoDB stream"
      action="Turn off stream"
      busy={turnOff.isPending}
      error={turnOff.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <div>
        Changes of <b>{table}</b> are no longer captured, and its triggers get no more of them. What the stream holds stays
        readable for 24 hours.
      </div>
    </FormModal>
  );
}
