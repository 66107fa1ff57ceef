import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import { to } from "../../app/paths";
import { isoText, prettyJson } from "../../pieces/texts";
import styles from "./events.module.css";
import type { LogEvent } from "./stream-events";

/** The first line of a message, for a row that isn't expanded. */
function firstLine(message: string): string {
  const [line = ""] = message.trimEnd().split("\n");
  return message.trimEnd().includes("\n") ? `${line} …` : line;
}

const RUN = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/;

/** From a line to the run that logged it, and so to the records that caused it. */
function RunLink({ message }: { message: string }) {
  const run = /RequestId: |^\d{4}-\d\d-\d\dT\S+\t|"requestId"/.test(message) ? RUN.exec(message)?.[0] : undefined;
  return run ? <Link href={to.trace(run)}>Trace this run</Link> : null;
}

/** The arrow, the time and the message; what is expanded shows all of it, JSON with its lines indented. */
export function eventColumns(
  expanded: ReadonlySet<string>,
  toggle: (event: LogEvent) => void,
): TableProps.ColumnDefinition<LogEvent>[] {
  return [
    {
      id: "arrow",
      header: <span className={styles.hidden}>Expand</span>,
      width: 60,
      verticalAlign: "top",
      cell: (event) => (
        <Button
          variant="inline-icon"
          iconName={expanded.has(event.id) ? "caret-down-filled" : "caret-right-filled"}
          ariaLabel={`${expanded.has(event.id) ? "Collapse" : "Expand"} ${firstLine(event.message)}`}
          ariaExpanded={expanded.has(event.id)}
          onClick={() => toggle(event)}
        />
      ),
    },
    { id: "time", header: "Timestamp", width: 230, verticalAlign: "top", cell: (event) => <span className={styles.time}>{isoText(event.timestamp)}</span> },
    {
      id: "message",
      verticalAlign: "top",
      header: "Message",
      isRowHeader: true,
      cell: (event) =>
        expanded.has(event.id) ? (
          <>
            <pre className={styles.message}>{prettyJson(event.message.trimEnd())}</pre>
            <RunLink message={event.message} />
          </>
        ) : (
          <code className={styles.line}>{firstLine(event.message)}</code>
        ),
    },
  ];
}
