/**
 * Saving an edited item: an UpdateItem of the attributes that changed, on the condition that they are still as they were when
 * the editor was opened. So nobody's change is lost, and a change beside ours is left alone.
 */

import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";

import { equal, type Item, itemToSdk, toSdk } from "./attribute";

/** The update from one state to another, or null where nothing changed. The key stays. */
export function updateInput(table: string, keys: string[], before: Item, after: Item): UpdateItemCommandInput | null {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => !keys.includes(name) && !equal(before[name], after[name]));
  if (changed.length === 0) return null;
  const sets: string[] = [];
  const removals: string[] = [];
  const conditions: string[] = [];
  const input = { names: {} as Record<string, string>, values: {} as Item, old: {} as Item };
  changed.forEach((name, at) => {
    const [was, is] = [before[name], after[name]];
    input.names[`#n${at}`] = name;
    if (is) {
      input.values[`:v${at}`] = is;
      sets.push(`#n${at} = :v${at}`);
    } else removals.push(`#n${at}`);
    if (was) {
      input.old[`:o${at}`] = was;
      conditions.push(`#n${at} = :o${at}`);
    } else conditions.push(`attribute_not_exists(#n${at})`);
  });
  const expression = [sets.length ? `SET ${sets.join(", ")}` : "", removals.length ? `REMOVE ${removals.join(", ")}` : ""];
  const values = { ...input.values, ...input.old };
  return {
    TableName: table,
    Key: itemToSdk(keyOf(keys, before)),
    UpdateExpression: expression.filter(Boolean).join(" "),
    ConditionExpression: conditions.join(" AND "),
    ExpressionAttributeNames: input.names,
    ...(Object.keys(values).length
      ? { ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toSdk(value)])) }
      : {}),
  };
}

/** The key attributes of an item. */
export function keyOf(keys: string[], item: Item): Item {
  return Object.fromEntries(keys.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
}
