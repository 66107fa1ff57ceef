import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";

import styles from "../events.module.css";
import { firstLine } from "../first-line";
import { RecordFields } from "./RecordFields";
import type { ResultRow } from "./results";

interface Props {
  columns: string[];
  rows: ResultRow[];
  description: string;
}

const PAGE_SIZE = 50;

/** A query's rows in pages; an event unfolds to all of its fields. */
export function ResultsTable({ columns, rows, description }: Props) {
  const [page, setPage] = useState(1);
  // By their pointers: the rows of the next query are others.
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
  const shown = Math.min(page, pages);
  const toggle = (pointer: string) =>
    setUnfolded((before) => {
      const after = new Set(before);
      if (!after.delete(pointer)) after.add(pointer);
      return after;
    });
  const widest = columns.includes("@message") ? "@message" : columns.at(-1);
  const definitions: TableProps.ColumnDefinition<ResultRow>[] = columns.map((column, place) => ({
    id: column,
    header: column,
    isRowHeader: place === 0,
    verticalAlign: "top",
    ...(column === "@timestamp" ? { width: 230 } : {}),
    cell: ({ pointer, values }) =>
      column === widest && unfolded.has(pointer) ? <RecordFields pointer={pointer} /> : <code className={styles.line}>{firstLine(values[column] ?? "")}</code>,
  }));
  const arrow: TableProps.ColumnDefinition<ResultRow> = {
    id: "arrow",
    header: <span className={styles.hidden}>Expand</span>,
    width: 60,
    verticalAlign: "top",
    cell: ({ id, pointer }) => (
      <Button
        variant="inline-icon"
        iconName={unfolded.has(pointer) ? "caret-down-filled" : "caret-right-filled"}
        ariaLabel={`${unfolded.has(pointer) ? "Collapse" : "Expand"} row ${Number(id) + 1}`}
        ariaExpanded={unfolded.has(pointer)}
        onClick={() => toggle(pointer)}
      />
    ),
  };
  return (
    <Table<ResultRow>
      variant="embedded"
      wrapLines
      trackBy="id"
      items={rows.slice((shown - 1) * PAGE_SIZE, shown * PAGE_SIZE)}
      columnDefinitions={rows.some(({ pointer }) => pointer) ? [arrow, ...definitions] : definitions}
      empty={<Box textAlign="center">No results</Box>}
      ariaLabels={{ tableLabel: "Query results" }}
      header={
        <Header variant="h3" counter={`(${rows.length.toLocaleString("en")})`} description={description}>
          Results
        </Header>
      }
      pagination={
        pages > 1 && (
          <Pagination
            currentPageIndex={shown}
            pagesCount={pages}
            ariaLabels={{ paginationLabel: "Pages of results" }}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        )
      }
    />
  );
}
