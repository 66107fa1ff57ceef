import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";

import { describeTables } from "../../aws/dynamodb";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { TABLE_COLUMNS } from "./columns";

const PAGE_SIZE = 20;

/** All tables of the region. */
export default function TablesPage() {
  const tables = useAws(describeTables, {});
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(tables.data ?? [], {
    filtering: { empty: <Box>No tables</Box>, noMatch: <Box>No table matches</Box> },
    pagination: { pageSize: PAGE_SIZE },
    sorting: {},
  });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={tables.error} retry={() => void tables.refetch()} />
      <Table
        {...collectionProps}
        variant="full-page"
        stickyHeader
        items={items}
        columnDefinitions={TABLE_COLUMNS}
        loading={tables.isPending}
        loadingText="Loading tables"
        trackBy="TableName"
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={tables.data ? `(${tables.data.length})` : ""}
            actions={<Button iconName="refresh" ariaLabel="Refresh" loading={tables.isFetching} onClick={() => void tables.refetch()} />}
          >
            Tables
          </Header>
        }
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find tables"
            filteringAriaLabel="Find tables"
            countText={`${filteredItemsCount ?? 0} matches`}
          />
        }
        pagination={<Pagination {...paginationProps} />}
      />
    </SpaceBetween>
  );
}
