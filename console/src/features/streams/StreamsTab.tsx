import SpaceBetween from "@cloudscape-design/components/space-between";

import { TriggersPanel } from "../triggers/TriggersPanel";
import type { TabProps } from "../tables/tabs";
import { LiveRecords } from "./live/LiveRecords";
import { StreamDetails } from "./StreamDetails";

/** The stream of a table, and what it sets off. */
export default function StreamsTab({ table }: TabProps) {
  const stream = table.StreamSpecification?.StreamEnabled ? table.LatestStreamArn : undefined;
  return (
    <SpaceBetween size="m">
      <StreamDetails table={table} />
      <TriggersPanel table={table} />
      {stream && <LiveRecords key={stream} table={table} stream={stream} />}
    </SpaceBetween>
  );
}
