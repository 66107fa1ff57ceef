import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { type Item, shortText } from "./attribute";
import { keyOf } from "./save";

const COLUMNS_MAX = 20;

/** The keys first, the first of them as a link to the item; then every other attribute that an item of the page has. */
export function itemColumns(table: string, keys: string[], items: Item[]): TableProps.ColumnDefinition<Item>[] {
  const others = [...new Set(items.flatMap((item) => Object.keys(item)))].filter((name) => !keys.includes(name)).sort();
  const names = [...keys, ...others].slice(0, COLUMNS_MAX);
  return names.map((name, at) => ({
    id: name,
    header: keys.includes(name) ? `${name} (${at === 0 ? "Partition key" : "Sort key"})` : name,
    isRowHeader: at === 0,
    minWidth: 120,
    width: at === 0 ? 200 : 220,
    cell: (item: Item) =>
      at === 0 ? (
        <Link href={to.editItem(table, JSON.stringify(keyOf(keys, item)))}>{shortText(item[name]) || "(empty)"}</Link>
      ) : (
        shortText(item[name])
      ),
  }));
}
