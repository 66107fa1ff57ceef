import type { ExecuteStatementCommandOutput } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import { CodeBlock } from "../../pieces/CodeBlock";
import { useParameter } from "../../pieces/useParameter";
import { type Item, itemFromSdk, shortText } from "../items/attribute";

interface Props {
  answer: Pick<ExecuteStatementCommandOutput, "Items">;
  busy: boolean;
  /** Asks for the next page, where there is one. */
  onNext?: () => void;
}

/** The items that a statement has found, as a table or as DynamoDB JSON. */
export function StatementResults({ answer, busy, onNext }: Props) {
  const [view, setView] = useParameter("view", "table");
  const items = (answer.Items ?? []).map(itemFromSdk);
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${items.length})`}
          actions={
            <SegmentedControl
              label="View"
              selectedId={view}
              onChange={({ detail }) => setView(detail.selectedId)}
              options={[
                { id: "table", text: "Table view" },
                { id: "json", text: "JSON view" },
              ]}
            />
          }
        >
          Items returned
        </Header>
      }
    >
      <SpaceBetween size="s">
        {view === "json" ? (
          <CodeBlock label="Items as DynamoDB JSON" text={JSON.stringify(items, null, 2)} />
        ) : (
          <Table
            variant="embedded"
            items={items}
            resizableColumns
            ariaLabels={{ tableLabel: "Items returned" }}
            empty={<Box textAlign="center">The statement has returned no items</Box>}
            columnDefinitions={names.map((name, at) => ({
              id: name,
              header: name,
              isRowHeader: at === 0,
              minWidth: 120,
              width: 200,
              cell: (item: Item) => shortText(item[name]),
            }))}
          />
        )}
        {onNext && (
          <Button loading={busy} onClick={onNext}>
            Retrieve next page
          </Button>
        )}
      </SpaceBetween>
    </Container>
  );
}
