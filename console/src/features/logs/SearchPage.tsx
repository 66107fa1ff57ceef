import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import { type FormEvent, useState } from "react";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { NotFound } from "../../pieces/NotFound";
import { RefreshButton } from "../../pieces/RefreshButton";
import { TimeRange } from "../../pieces/TimeRange";
import { useParameter } from "../../pieces/useParameter";
import { eventColumns } from "./event-columns";
import styles from "./events.module.css";
import { DEFAULT_RANGE, type GroupEvent, groupEvents, RANGES } from "./group-events";

const TAIL_MS = 2_000;

/** The events of all streams of a group that match a pattern, newest first; as they come, if one likes. */
export default function SearchPage() {
  const { group = "" } = useParams();
  const [pattern, setPattern] = useParameter("filter");
  const [range, setRange] = useParameter("range", DEFAULT_RANGE);
  const [tail, setTail] = useParameter("tail");
  const [typed, setTyped] = useState(pattern);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const answer = useAws(groupEvents, { group, pattern, range }, { keepPrevious: true, ...(tail ? { every: TAIL_MS } : {}) });
  if (isMissing(answer.error)) return <NotFound what="log group" name={group} back={{ text: "Log groups", href: to.logGroups() }} />;
  const events = answer.data?.events ?? [];
  const toggle = ({ id }: { id: string }) =>
    setExpanded((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setPattern(typed);
  };
  const [arrow, time, message] = eventColumns(expanded, toggle);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={`All streams of ${group}, newest first.`}
        actions={
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <Toggle checked={Boolean(tail)} onChange={({ detail }) => setTail(detail.checked ? "1" : "")}>
              Live tail
            </Toggle>
            <RefreshButton of={answer} />
          </SpaceBetween>
        }
      >
        Search log group
      </Header>
      <form onSubmit={submit} aria-label="Search">
        <SpaceBetween size="m">
          <FormField label="Filter pattern" stretch constraintText={'Press Enter. A word, "a phrase", ?one ?another, or { $.level = "error" }.'}>
            <Input value={typed} spellcheck={false} onChange={({ detail }) => setTyped(detail.value)} />
          </FormField>
          <FormField label="Time range" stretch>
            <TimeRange ranges={RANGES} range={range} onChange={setRange} />
          </FormField>
        </SpaceBetween>
      </form>
      <ErrorAlert error={answer.error} retry={() => void answer.refetch()} />
      <Table<GroupEvent>
        items={events}
        trackBy="id"
        wrapLines
        columnDefinitions={[
          ...(arrow && time && message ? [arrow, time, message] : []),
          {
            id: "stream",
            header: "Log stream",
            width: 240,
            verticalAlign: "top",
            cell: (event) => (
              <div className={styles.line}>
                <Link href={to.logStream(group, event.stream)}>{event.stream}</Link>
              </div>
            ),
          },
        ]}
        loading={answer.isPending && !answer.error}
        loadingText="Asking for events"
        empty={<Box textAlign="center">No event matches</Box>}
        ariaLabels={{ tableLabel: "Log events" }}
        header={
          <Header
            variant="h2"
            counter={answer.data ? `(${events.length}${answer.data.more ? "+" : ""})` : ""}
            description={answer.data?.more ? "There are more: choose a shorter time, or a narrower pattern." : undefined}
            actions={
              <Button onClick={() => setExpanded(expanded.size ? new Set() : new Set(events.map((event) => event.id)))}>
                {expanded.size ? "Collapse all" : "Expand all"}
              </Button>
            }
          >
            Log events
          </Header>
        }
      />
    </SpaceBetween>
  );
}
