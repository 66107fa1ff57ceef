import { flash } from "../../app/flashes";
import { deleteItem, putItem } from "../../aws/dynamodb";
import { useSteps } from "../../aws/hooks";
import Button from "@cloudscape-design/components/button";
import { DeleteModal } from "../../pieces/DeleteModal";
import { type Item, itemToSdk } from "./attribute";
import { keyOf } from "./save";

interface Props {
  table: string;
  keys: string[];
  items: Item[];
  onClose: (done: boolean) => void;
}

/** Asks, deletes, and offers to put the items back. */
export function DeleteItemsModal({ table, keys, items, onClose }: Props) {
  const what = items.length === 1 ? "The item was" : `${items.length} items were`;
  const putBack = useSteps<Item[], undefined>(
    async (all, step) => {
      const condition = { ConditionExpression: "attribute_not_exists(#k)", ExpressionAttributeNames: { "#k": keys[0] ?? "" } };
      for (const item of all) await step(putItem, { TableName: table, Item: itemToSdk(item), ...condition });
      return undefined;
    },
    { touches: ["dynamodb", "dynamodbstreams"], says: `${what} put back.` },
  );
  const remove = useSteps<Item[], undefined>(
    async (all, step) => {
      for (const item of all) await step(deleteItem, { TableName: table, Key: itemToSdk(keyOf(keys, item)) });
      return undefined;
    },
    { touches: ["dynamodb", "dynamodbstreams"], ownError: true },
  );
  const done = () => {
    flash({ type: "success", content: `${what} deleted.`, action: <Button onClick={() => putBack.mutate(items)}>Undo</Button> });
    onClose(true);
  };
  return (
    <DeleteModal
      title={items.length === 1 ? "Delete item" : "Delete items"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(items, { onSuccess: done })}
      onClose={() => onClose(false)}
    >
      {items.length === 1 ? "The item" : `${items.length} items`} of <b>{table}</b> will be deleted.
    </DeleteModal>
  );
}
