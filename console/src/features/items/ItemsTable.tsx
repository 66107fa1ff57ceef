import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { download } from "../../pieces/download";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { RefreshButton } from "../../pieces/RefreshButton";
import type { Item } from "./attribute";
import { itemColumns } from "./columns";
import { csv } from "./csv";
import { DeleteItemsModal } from "./DeleteItemsModal";
import { type Found, foundItems } from "./found-items";
import { keysOf, type Question } from "./question";
import { keyOf } from "./save";

const PAGE_SIZE = 50;

interface Props {
  table: TableDescription;
  question: Question;
  onAsk: (question: Question) => void;
}

/** The items that were found, a page of them. */
export function ItemsTable({ table, question, onAsk }: Props) {
  const navigate = useNavigate();
  const name = table.TableName ?? "";
  const { partition, sort } = keysOf(table, "");
  const keys = [partition?.name, sort?.name].filter((key): key is string => key !== undefined);
  const found = useAws(foundItems, { table, question, limit: PAGE_SIZE }, { keepPrevious: true });
  const [selected, setSelected] = useState<Item[]>([]);
  const [deleting, setDeleting] = useState(false);
  const idOf = (item: Item) => JSON.stringify(keyOf(keys, item));
  const keep = (items: Item[]) => download(new TextEncoder().encode(csv(keys, items)), `${name}.csv`, "text/csv");
  const one = selected.length === 1 ? selected[0] : undefined;
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={found.error} retry={() => void found.refetch()} />
      <Table
        items={found.data?.items ?? []}
        trackBy={idOf}
        columnDefinitions={itemColumns(name, keys, found.data?.items ?? [])}
        loading={found.isPending && !found.error}
        loadingText="Asking for items"
        resizableColumns
        enableKeyboardNavigation
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        empty={<Box textAlign="center">{question.filters.length || question.partition ? "No items match" : "No items yet"}</Box>}
        ariaLabels={{
          tableLabel: "Items returned",
          selectionGroupLabel: "Choice of items",
          allItemsSelectionLabel: () => "Choose all items",
          itemSelectionLabel: (_chosen, item) => `Choose ${Object.values(keyOf(keys, item)).map((value) => Object.values(value)[0]).join(" / ")}`,
        }}
        header={
          <Header
            variant="h2"
            counter={found.data ? `(${found.data.items.length})` : ""}
            description={found.data && summary(found.data)}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <RefreshButton of={found} />
                <ButtonDropdown
                  items={[
                    { id: "edit", text: "Edit item", disabled: !one },
                    { id: "duplicate", text: "Duplicate item", disabled: !one },
                    { id: "delete", text: selected.length > 1 ? "Delete items" : "Delete item", disabled: selected.length === 0 },
                    { id: "csv-selected", text: "Download selected items to CSV", disabled: selected.length === 0 },
                    { id: "csv", text: "Download results to CSV", disabled: !found.data?.items.length },
                  ]}
                  onItemClick={({ detail }) => {
                    if (detail.id === "delete") setDeleting(true);
                    else if (detail.id === "csv") keep(found.data?.items ?? []);
                    else if (detail.id === "csv-selected") keep(selected);
                    else if (one && detail.id === "edit") void navigate(to.editItem(name, idOf(one)));
                    else if (one) void navigate(`${to.createItem(name)}?from=${encodeURIComponent(idOf(one))}`);
                  }}
                >
                  Actions
                </ButtonDropdown>
                <Button variant="primary" href={to.createItem(name)}>
                  Create item
                </Button>
              </SpaceBetween>
            }
          >
            Items returned
          </Header>
        }
        footer={
          (found.data?.next || question.start) && (
            <Box textAlign="center">
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!question.start} onClick={() => onAsk({ ...question, start: "" })}>
                  First page
                </Button>
                <Button
                  disabled={!found.data?.next}
                  loading={found.isFetching}
                  onClick={() => onAsk({ ...question, start: found.data?.next ?? "" })}
                >
                  Retrieve next page
                </Button>
              </SpaceBetween>
            </Box>
          )
        }
      />
      {deleting && (
        <DeleteItemsModal
          table={name}
          keys={keys}
          items={selected}
          onClose={(done) => {
            setDeleting(false);
            if (done) setSelected([]);
          }}
        />
      )}
    </SpaceBetween>
  );
}

/** What an answer has cost, as AWS's console sums it up. */
function summary({ mode, items, scanned, units }: Found): string {
  const efficiency = scanned ? Math.round((items.length / scanned) * 100) : 100;
  const what = mode === "scan" ? "Scan" : "Query";
  return `${what} completed · Items returned: ${items.length} · Items scanned: ${scanned} · Efficiency: ${efficiency}% · RCUs consumed: ${units}`;
}
