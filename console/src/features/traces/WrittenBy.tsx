import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";

import { to } from "../../app/paths";
import { lastPart } from "../../aws/arn";
import type { TracedRecord, WriteOrigin } from "../../aws/traces";
import { timeText } from "../../pieces/texts";
import { tableOfStream } from "./table-of-stream";

/** The request that wrote a record, and the record itself, where it isn't shown beside. */
export function WrittenBy({ write, record }: { write: WriteOrigin | undefined; record: TracedRecord | undefined }) {
  const table = record ? tableOfStream(record.StreamArn) : "";
  const who = write?.UserIdentity ?? write?.PrincipalArn?.split(":").at(-1);
  return (
    <KeyValuePairs
      columns={record ? 4 : 2}
      items={[
        ...(record
          ? [
              {
                label: "Record",
                value: (
                  <Link href={to.record(table, record.EventId ?? "")}>
                    {record.EventName ?? "Record"} {keyText(record.Keys)}
                  </Link>
                ),
              },
              { label: "Table", value: <Link href={to.table(table, "streams")}>{table}</Link> },
              { label: "Sequence number", value: <Wrapped text={record.SequenceNumber} /> },
              { label: "Shard", value: <Wrapped text={record.ShardId} /> },
            ]
          : []),
        { label: "Written by", value: write ? `${write.Operation ?? "Unknown"}, ${lastPart(who ?? "unknown")}` : "Not known any more" },
        {
          label: "Request",
          value: write?.RequestId ? (
            <Link href={to.trace(write.RequestId)}>
              <Wrapped text={write.RequestId} />
            </Link>
          ) : (
            "-"
          ),
        },
        ...(record ? [{ label: "Time", value: timeText((write?.Time ?? record.Time ?? 0) * 1000) }] : []),
      ]}
    />
  );
}

function Wrapped({ text }: { text: string }) {
  return <span style={{ overflowWrap: "anywhere" }}>{text}</span>;
}

/** DynamoDB JSON of a key in a few words: FRUIT / APPLE#WASHINGTON. */
export function keyText(keys: string | undefined): string {
  if (!keys) return "";
  const found = JSON.parse(keys) as Record<string, Record<string, string>>;
  return Object.values(found).flatMap((value) => Object.values(value)).join(" / ");
}
