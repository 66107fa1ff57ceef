import styles from "./live.module.css";
import type { TailRecord } from "./tail-record";

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const KINDS: Record<string, string | undefined> = { INSERT: styles.insert, REMOVE: styles.remove };

/** INSERT, MODIFY or REMOVE, with its colour. */
export function EventName({ name }: { name: string }) {
  return <span className={`${styles.event} ${KINDS[name] ?? ""}`}>{name}</span>;
}

/** What a record is called, for who doesn't see the row: the time, the event and the key. */
export function nameOf(record: TailRecord): string {
  return `${CLOCK.format(record.time)} ${record.event} ${record.key}`;
}

export const RECORD_COLUMNS = [
  { header: "Time", cell: (record: TailRecord) => CLOCK.format(record.time) },
  { header: "Event", cell: (record: TailRecord) => <EventName name={record.event} /> },
  { header: "Key", cell: (record: TailRecord) => <span title={record.key}>{record.key}</span> },
  { header: "Change", cell: (record: TailRecord) => <span title={record.change}>{record.change}</span> },
];
