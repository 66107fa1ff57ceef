import { isoText } from "../../../pieces/texts";
import styles from "../events.module.css";
import { firstLine } from "../first-line";
import { pieces } from "./highlight";
import type { Line } from "./live-tail";

/** What a line is called, for who doesn't see the row. */
export function nameOf(line: Line): string {
  return `${isoText(line.timestamp)} ${firstLine(line.message)}`;
}

/** Time and message, with the words marked that are looked out for; and the group where there are several. */
export function lineColumns(words: readonly string[], severalGroups: boolean) {
  const columns = [
    { header: "Timestamp", cell: (line: Line) => <span className={styles.time}>{isoText(line.timestamp)}</span> },
    {
      header: "Message",
      cell: (line: Line) => (
        <code className={styles.line} title={line.message}>
          {pieces(firstLine(line.message), words).map(({ text, marked }, place) => (marked ? <mark key={place}>{text}</mark> : text))}
        </code>
      ),
    },
  ];
  const group = { header: "Log group", cell: (line: Line) => <span title={line.group}>{line.group}</span> };
  return severalGroups ? [...columns, group] : columns;
}
