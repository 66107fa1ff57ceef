import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { parseArn } from "../../aws/arn";
import { useAws } from "../../aws/hooks";
import { listEventSourceMappings } from "../../aws/lambda";
import { ResourceTable } from "../../pieces/ResourceTable";
import { TRIGGER_COLUMNS } from "../triggers/columns";
import type { PartProps } from "./tabs";

const POLL_MS = 5_000;

/** Where the records come from: the table of a stream is linked. */
function Source({ arn }: { arn: string }) {
  const parts = parseArn(arn);
  const table = parts?.service === "dynamodb" ? parts.resource.split("/")[1] : undefined;
  return table ? <Link href={to.table(table, "streams")}>DynamoDB: {table}</Link> : arn;
}

const COLUMNS: TableProps.ColumnDefinition<EventSourceMappingConfiguration>[] = [
  { id: "source", header: "Source", isRowHeader: true, cell: (trigger) => <Source arn={trigger.EventSourceArn ?? ""} /> },
  ...TRIGGER_COLUMNS.filter((column) => column.id !== "function"),
];

/** What invokes the function: its event source mappings. */
export default function TriggersSection({ configuration, qualifier }: PartProps) {
  const triggers = useAws(listEventSourceMappings, { FunctionName: [configuration.FunctionName, qualifier].filter(Boolean).join(":") }, { every: POLL_MS });
  return (
    <ResourceTable
      variant="container"
      query={triggers}
      columns={COLUMNS}
      title="Triggers"
      description="Streams and queues whose records invoke this function. A table's trigger is made on its page."
      what="triggers"
      trackBy="UUID"
      findParameter="trigger"
    />
  );
}
