import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { to } from "../../../app/paths";
import { Copyable } from "../../../pieces/Copyable";
import { RecordTrace } from "../../traces/RecordTrace";
import { Diff } from "./Diff";
import type { TailRecord } from "./tail-record";

/** One record: what changed, and what it caused. */
export function RecordDetails({ record, onClose }: { record: TailRecord; onClose: () => void }) {
  const partly = record.event === "MODIFY" && (!record.before || !record.after);
  const images = record.before || record.after;
  const before = partly ? (record.before ?? record.after) : record.before;
  const after = partly ? (record.after ?? record.before) : record.after;
  return (
    <section aria-label="Record">
      <SpaceBetween size="m">
        <Header
          variant="h3"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button href={to.trace(record.eventId)}>Trace</Button>
              <Button href={to.startReplay({ records: record.eventId })}>Replay</Button>
              <Button iconName="close" variant="icon" ariaLabel="Close record" onClick={onClose} />
            </SpaceBetween>
          }
        >
          {record.event} {record.key}
        </Header>
        <div>
          <Box variant="h4">What changed</Box>
          {partly && <Box color="text-body-secondary">The stream's view type has one image of a change, so what changed isn't told.</Box>}
          {!images && <Box color="text-body-secondary">The stream's view type has no images: the key is all that is told.</Box>}
          {images ? <Diff before={before} after={after} /> : <Diff before={record.keys} after={record.keys} />}
        </div>
        <div>
          <Box variant="h4">What it caused</Box>
          <RecordTrace id={record.eventId} />
        </div>
        <KeyValuePairs
          columns={2}
          items={[
            { label: "Sequence number", value: <Copyable text={record.sequenceNumber} what="sequence number" /> },
            { label: "Event ID", value: <Copyable text={record.eventId} what="event ID" /> },
            { label: "Shard", value: <span style={{ overflowWrap: "anywhere" }}>{record.shard}</span> },
            { label: "Written by", value: record.by ?? "A request" },
          ]}
        />
      </SpaceBetween>
    </section>
  );
}
