import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";

import { ActionRow } from "./ActionRow";
import { ErrorAlert } from "./ErrorAlert";
import { RefreshButton } from "./RefreshButton";
import { useParameter } from "./useParameter";

const PAGE_SIZE = 20;

/** What `useAws` gives of a listing. */
interface Listing<Item> {
  data: Item[] | undefined;
  error: unknown;
  isPending: boolean;
  isFetching: boolean;
  refetch: () => unknown;
}

interface Props<Item> {
  query: Listing<Item>;
  columns: TableProps.ColumnDefinition<Item>[];
  /** In the plural: "Tables". */
  title: string;
  description?: ReactNode;
  /** What the filter and the table are called, and what is told where there is none: "tables". */
  what: string;
  trackBy: string;
  actions?: ReactNode;
  empty?: ReactNode;
  /** A page of its own, or a part of one. */
  variant?: "full-page" | "container";
  selection?: { selected: Item[]; onSelect: (selected: Item[]) => void; type?: "single" | "multi" };
  sorting?: { column: TableProps.SortingColumn<Item>; descending?: boolean };
  /** Long texts take several lines, where there is not much room. */
  wrapLines?: boolean;
  /** The parameter of the address that holds the filter. */
  findParameter?: string;
}

/** A list of resources: found by text, sorted, in pages, with its filter in the address. */
export function ResourceTable<Item>(props: Props<Item>) {
  const { query, columns, title, what, variant = "full-page", selection } = props;
  const [find, setFind] = useParameter(props.findParameter ?? "find");
  const nothing = (
    <Box textAlign="center" color="inherit">
      {props.empty ?? `No ${what}`}
    </Box>
  );
  const { items, collectionProps, paginationProps, filteredItemsCount } = useCollection(
    (query.data ?? []).filter((item) => !find || matches(item, find)),
    {
      pagination: { pageSize: PAGE_SIZE },
      sorting: props.sorting
        ? { defaultState: { sortingColumn: props.sorting.column, isDescending: props.sorting.descending ?? false } }
        : {},
    },
  );
  const counter = query.data ? `(${selection?.selected.length ? `${selection.selected.length}/` : ""}${query.data.length})` : "";
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={query.error} retry={() => void query.refetch()} />
      <Table<Item>
        {...collectionProps}
        variant={variant}
        stickyHeader={variant === "full-page"}
        items={items}
        columnDefinitions={columns}
        loading={query.isPending && !query.error}
        loadingText={`Asking for ${what}`}
        trackBy={props.trackBy}
        wrapLines={props.wrapLines ?? false}
        empty={find ? <Box>No match for “{find}”</Box> : nothing}
        enableKeyboardNavigation
        {...(selection
          ? {
              selectionType: selection.type ?? "multi",
              selectedItems: selection.selected,
              onSelectionChange: ({ detail }) => selection.onSelect(detail.selectedItems),
            }
          : {})}
        ariaLabels={{
          tableLabel: title,
          selectionGroupLabel: `Choice of ${what}`,
          allItemsSelectionLabel: () => `Choose all ${what}`,
          itemSelectionLabel: (_chosen, item) => `Choose ${String(item[props.trackBy as keyof Item])}`,
        }}
        header={
          <Header
            variant={variant === "full-page" ? "awsui-h1-sticky" : "h2"}
            counter={counter}
            description={props.description}
            actions={
              <ActionRow>
                <RefreshButton of={query} />
                {props.actions}
              </ActionRow>
            }
          >
            {title}
          </Header>
        }
        filter={
          <TextFilter
            filteringText={find}
            onChange={({ detail }) => setFind(detail.filteringText)}
            filteringPlaceholder={`Find ${what}`}
            filteringAriaLabel={`Find ${what}`}
            countText={find ? `${filteredItemsCount ?? items.length} matches` : ""}
          />
        }
        pagination={<Pagination {...paginationProps} ariaLabels={{ paginationLabel: `Pages of ${what}` }} />}
      />
    </SpaceBetween>
  );
}

/** Whether any text of an item contains what is looked for. */
function matches(item: unknown, find: string): boolean {
  return JSON.stringify(item)?.toLowerCase().includes(find.toLowerCase()) ?? false;
}
