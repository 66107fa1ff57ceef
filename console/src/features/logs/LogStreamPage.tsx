import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { NotFound } from "../../pieces/NotFound";
import { RefreshButton } from "../../pieces/RefreshButton";
import { useParameter } from "../../pieces/useParameter";
import { eventColumns } from "./event-columns";
import { type LogEvent, streamEvents } from "./stream-events";

const POLL_MS = 3_000;

/** The events of one stream, each expanded by its arrow. */
export default function LogStreamPage() {
  const { group = "", stream = "" } = useParams();
  const [find, setFind] = useParameter("filter");
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const events = useAws(streamEvents, { group, stream, filter: find }, { every: POLL_MS, keepPrevious: true });
  if (isMissing(events.error)) return <NotFound what="log stream" name={stream} back={{ text: group, href: to.logGroup(group) }} />;
  const shown = events.data ?? [];
  const toggle = (event: LogEvent) =>
    setExpanded((before) => {
      const after = new Set(before);
      if (!after.delete(event.id)) after.add(event.id);
      return after;
    });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={events.error} retry={() => void events.refetch()} />
      <Table
        variant="full-page"
        stickyHeader
        wrapLines
        items={shown}
        trackBy="id"
        columnDefinitions={eventColumns(expanded, toggle)}
        loading={events.isPending && !events.error}
        loadingText="Asking for events"
        empty={find ? `No event matches ${find}` : "No events"}
        ariaLabels={{ tableLabel: "Log events" }}
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={`(${shown.length})`}
            description={`In ${group}, stream ${stream}`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <RefreshButton of={events} />
                <Button
                  onClick={() => setExpanded(expanded.size ? new Set() : new Set(shown.map((event) => event.id)))}
                >
                  {expanded.size ? "Collapse all" : "Expand all"}
                </Button>
              </SpaceBetween>
            }
          >
            Log events
          </Header>
        }
        filter={
          <TextFilter
            filteringText={find}
            onDelayedChange={({ detail }) => setFind(detail.filteringText)}
            onChange={({ detail }) => setFind(detail.filteringText)}
            filteringPlaceholder="Filter events: a word, &quot;a phrase&quot;, or { $.level = &quot;error&quot; }"
            filteringAriaLabel="Filter events"
            countText={find ? `${shown.length} matches` : ""}
          />
        }
      />
    </SpaceBetween>
  );
}
