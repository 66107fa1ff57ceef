import Button from "@cloudscape-design/components/button";
import type { UseMutationResult } from "@tanstack/react-query";

import { flash } from "../../app/flashes";
import { putItem, updateItem } from "../../aws/dynamodb";
import { problemOf } from "../../aws/errors";
import { useSteps } from "../../aws/hooks";
import type { Service } from "../../aws/operation";
import { equal, type Item, itemToSdk } from "./attribute";
import { updateInput } from "./save";

const TOUCHES: Service[] = ["dynamodb", "dynamodbstreams"];

/** Saves an item: what changed of an old one, the whole of a new one. What was saved can be undone from the flash bar. */
export function useSaveItem(table: string, keys: string[], before: Item | null): UseMutationResult<undefined, Error, Item> {
  const undo = useSteps<{ from: Item; to: Item }, undefined>(
    async ({ from, to }, step) => {
      const input = updateInput(table, keys, from, to);
      if (input) await step(updateItem, input);
      return undefined;
    },
    { touches: TOUCHES, says: "The item is as it was before." },
  );
  return useSteps<Item, undefined>(
    async (item, step) => {
      if (!before) {
        const condition = { ConditionExpression: "attribute_not_exists(#k)", ExpressionAttributeNames: { "#k": keys[0] ?? "" } };
        await step(putItem, { TableName: table, Item: itemToSdk(item), ...condition });
        flash({ type: "success", content: "The item has been created." });
        return undefined;
      }
      const other = keys.find((key) => !equal(before[key], item[key]));
      if (other) throw new Error(`The key attribute ${other} can't be changed: duplicate the item instead`);
      const input = updateInput(table, keys, before, item);
      if (!input) {
        flash({ type: "info", content: "Nothing was changed." });
        return undefined;
      }
      await step(updateItem, input).catch((error: unknown) => {
        if (problemOf(error).code !== "ConditionalCheckFailedException") throw error;
        throw new Error("Somebody has changed these attributes meanwhile. Open the item anew to see how it is now.", { cause: error });
      });
      flash({
        type: "success",
        content: "The item has been saved.",
        action: <Button onClick={() => undo.mutate({ from: item, to: before })}>Undo</Button>,
      });
      return undefined;
    },
    { touches: TOUCHES, ownError: true, leaves: true },
  );
}
