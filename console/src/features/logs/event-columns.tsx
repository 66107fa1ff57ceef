import Button from "@cloudscape-design/components/button";
import type { TableProps } from "@cloudscape-design/components/table";

import { isoText, prettyJson } from "../../pieces/texts";
import styles from "./events.module.css";
import { firstLine } from "./first-line";
import { RunLink } from "./RunLink";
import type { LogEvent } from "./stream-events";

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
