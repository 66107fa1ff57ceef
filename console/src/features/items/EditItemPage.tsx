import { useNavigate, useParams, useSearchParams } from "react-router";

import { to } from "../../app/paths";
import { describeTable, getItem } from "../../aws/dynamodb";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { type Item, itemFromSdk, itemToSdk, TYPES } from "./attribute";
import { parseDynamoDbJson } from "./dynamodb-json";
import { ItemForm } from "./ItemForm";
import { keysOf } from "./question";

/** Create an item, or edit the one whose key is in the address; `from` names one to begin with. */
export default function EditItemPage() {
  const { table: name = "" } = useParams();
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const [editing, from] = [parameters.get("key"), parameters.get("from")];
  const key = readKey(editing ?? from);
  const table = useAws(describeTable, { TableName: name });
  const found = useAws(getItem, key ? { TableName: name, Key: itemToSdk(key), ConsistentRead: true } : null);
  const problem = table.error ?? found.error;
  if (problem) return <ErrorAlert error={problem} retry={() => void (table.error ? table : found).refetch()} />;
  if (!table.data?.Table || (key && !found.data)) return <Loading />;
  const back = to.items(name);
  if (key && !found.data?.Item) return <NotFound what="item" name={editing ?? from ?? ""} back={{ text: name, href: back }} />;
  const { partition, sort } = keysOf(table.data.Table, "");
  const keys = [partition, sort].filter((each) => each !== undefined);
  const blank: Item = Object.fromEntries(
    keys.map((each) => [each.name, TYPES.find((type) => type.value === each.type)?.empty ?? { S: "" }]),
  );
  const item = found.data?.Item ? itemFromSdk(found.data.Item) : blank;
  return (
    <ItemForm
      key={`${editing}-${from}`}
      table={name}
      keys={keys.map((each) => each.name)}
      before={editing ? item : null}
      start={item}
      onDone={() => void navigate(back)}
    />
  );
}

function readKey(text: string | null): Item | null {
  if (!text) return null;
  try {
    return parseDynamoDbJson(text);
  } catch {
    return null; // an address that somebody has written by hand: the form for a new item
  }
}
