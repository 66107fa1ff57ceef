import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type FormEvent, useMemo, useState, useSyncExternalStore } from "react";

import { ErrorAlert } from "../../../pieces/ErrorAlert";
import { useParameter } from "../../../pieces/useParameter";
import { VirtualRows } from "../../../pieces/VirtualRows";
import { GroupPicker } from "../GroupPicker";
import { wordsOf } from "./highlight";
import { lineColumns, nameOf } from "./line-columns";
import { LineDetails } from "./LineDetails";
import { LiveTail } from "./live-tail";

const GROUPS_MAX = 10;
const STATUS = {
  stopped: <StatusIndicator type="stopped">Stopped</StatusIndicator>,
  starting: <StatusIndicator type="in-progress">Starting</StatusIndicator>,
  live: <StatusIndicator type="success">Live</StatusIndicator>,
};

/** The events of up to ten log groups as they arrive. */
export default function LiveTailPage() {
  const tail = useMemo(() => new LiveTail(), []);
  const state = useSyncExternalStore(tail.subscribe, tail.snapshot);
  const [groupNames, setGroupNames] = useParameter("groups");
  const [prefix, setPrefix] = useParameter("streams");
  const [filter, setFilter] = useParameter("filter");
  const [highlight, setHighlight] = useParameter("highlight");
  const [chosen, setChosen] = useState("");
  const groups = useMemo(() => groupNames.split(",").filter(Boolean), [groupNames]);
  const columns = useMemo(() => lineColumns(wordsOf(highlight), groups.length > 1), [highlight, groups.length]);
  const line = chosen ? state.lines.find((each) => each.id === chosen) : undefined;
  const running = state.phase !== "stopped";
  const start = (event: FormEvent) => {
    event.preventDefault();
    if (groups.length) void tail.start({ groups, prefix, filter });
  };
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description="Log events as they arrive, newest first. A session ends after three hours.">
        Live Tail
      </Header>
      <form onSubmit={start} aria-label="Filter">
        <Form
          actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="primary" formAction="submit" disabled={!groups.length}>
                  {running ? "Apply filters" : "Start"}
                </Button>
                <Button formAction="none" disabled={!running} onClick={() => tail.stop()}>
                  Stop
                </Button>
                <Button formAction="none" disabled={!state.lines.length} onClick={() => tail.clear()}>
                  Clear
                </Button>
              </SpaceBetween>
          }
        >
          <Container header={<Header variant="h2">Filter</Header>}>
            <Grid gridDefinition={[{ colspan: { default: 12, xs: 6 } }, { colspan: { default: 12, xs: 6 } }, { colspan: { default: 12, xs: 6 } }, { colspan: { default: 12, xs: 6 } }]}>
              <GroupPicker chosen={groups} most={GROUPS_MAX} onChoose={(names) => setGroupNames(names.join(","))} />
              <FormField label="Filter by log stream" constraintText={groups.length > 1 ? "With a single log group alone." : "What the stream's name begins with."}>
                <Input value={prefix} disabled={groups.length > 1} onChange={({ detail }) => setPrefix(detail.value)} />
              </FormField>
              <FormField label="Add filter patterns" constraintText={'A word, "a phrase", ?one ?another, or { $.level = "error" }.'}>
                <Input value={filter} spellcheck={false} onChange={({ detail }) => setFilter(detail.value)} />
              </FormField>
              <FormField label="Highlight term" constraintText="Up to five words, each wherever it stands.">
                <Input value={highlight} spellcheck={false} onChange={({ detail }) => setHighlight(detail.value)} />
              </FormField>
            </Grid>
          </Container>
        </Form>
      </form>
      <ErrorAlert error={state.error} />
      <Container
        header={
          <Header
            variant="h2"
            counter={`(${state.lines.length.toLocaleString("en")})`}
            description={state.sampled ? "More than 500 events a second matched: a sample of them is shown." : undefined}
            actions={<div role="status">{STATUS[state.phase]}</div>}
          >
            Log events
          </Header>
        }
      >
        <Grid gridDefinition={line ? [{ colspan: { default: 12, s: 7 } }, { colspan: { default: 12, s: 5 } }] : [{ colspan: 12 }]}>
          <VirtualRows
            rows={state.lines}
            label="Log events"
            columns={columns}
            widths={groups.length > 1 ? "190px minmax(120px, 3fr) minmax(80px, 1fr)" : "190px minmax(120px, 1fr)"}
            idOf={(each) => each.id}
            nameOf={nameOf}
            chosen={chosen}
            onChoose={setChosen}
            empty={running ? "No log events yet: what arrives appears here." : "Select log groups and choose Start."}
          />
          {line && <LineDetails line={line} onClose={() => setChosen("")} />}
        </Grid>
      </Container>
    </SpaceBetween>
  );
}
