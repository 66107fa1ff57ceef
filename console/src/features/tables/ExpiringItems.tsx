import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import { timeText } from "../../pieces/texts";
import { itemColumns } from "../items/columns";
import { keyOf } from "../items/save";
import { type Expiring, secondOf } from "./ttl";

interface Props {
  table: TableDescription;
  attribute: string;
  /** Seconds since 1970. */
  by: number;
  found: Expiring;
}

/** How many items will have been deleted by a time, and those of them that are deleted first. */
export function ExpiringItems({ table, attribute, by, found }: Props) {
  const name = table.TableName ?? "";
  const keys = (table.KeySchema ?? []).map((key) => key.AttributeName ?? "");
  const { count, sample, read, units, more } = found;
  return (
    <Table
      variant="embedded"
      items={sample}
      trackBy={(item) => JSON.stringify(keyOf(keys, item))}
      columnDefinitions={[
        ...itemColumns(name, keys, sample),
        { id: "expires", header: "Expires", cell: (item) => timeText(secondOf(item, attribute) * 1000) },
      ]}
      empty={<Box textAlign="center">No item will have been deleted by then.</Box>}
      ariaLabels={{ tableLabel: "Items to be deleted" }}
      header={
        <Header
          variant="h3"
          counter={`(${count.toLocaleString("en")}${more ? "+" : ""})`}
          description={
            `By ${timeText(by * 1000)}${sample.length ? `; the first ${sample.length} of them` : ""}. ` +
            `${read.toLocaleString("en")} items were read, for ${units} read capacity units${more ? "; the table has more" : ""}.`
          }
        >
          Items to be deleted
        </Header>
      }
    />
  );
}
