import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { timeText } from "../../pieces/texts";
import type { Queue } from "./queue";

/** One of the counts of a queue. */
export function count(queue: Queue, name: string): number {
  return Number(queue.attributes[name] ?? 0);
}

export const QUEUE_COLUMNS: TableProps.ColumnDefinition<Queue>[] = [
  { id: "name", header: "Name", isRowHeader: true, sortingField: "name", cell: ({ name }) => <Link href={to.queue(name)}>{name}</Link> },
  { id: "type", header: "Type", cell: (queue) => (queue.fifo ? "FIFO" : "Standard") },
  {
    id: "available",
    header: "Messages available",
    sortingComparator: (one, other) => count(one, "ApproximateNumberOfMessages") - count(other, "ApproximateNumberOfMessages"),
    cell: (queue) => count(queue, "ApproximateNumberOfMessages").toLocaleString("en"),
  },
  {
    id: "flight",
    header: "Messages in flight",
    cell: (queue) => count(queue, "ApproximateNumberOfMessagesNotVisible").toLocaleString("en"),
  },
  {
    id: "delayed",
    header: "Messages delayed",
    cell: (queue) => count(queue, "ApproximateNumberOfMessagesDelayed").toLocaleString("en"),
  },
  { id: "created", header: "Created", cell: (queue) => timeText(count(queue, "CreatedTimestamp") * 1000) },
];
