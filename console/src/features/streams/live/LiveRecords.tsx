import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useDeferredValue, useMemo, useSyncExternalStore } from "react";

import { to } from "../../../app/paths";
import { ErrorAlert } from "../../../pieces/ErrorAlert";
import { useParameter } from "../../../pieces/useParameter";
import { VirtualRows } from "../../../pieces/VirtualRows";
import { nameOf, RECORD_COLUMNS } from "./columns";
import { RecordDetails } from "./RecordDetails";
import { SHOWN_MAX, Tail } from "./tail";

const ALL = { value: "", label: "All events" };
const EVENTS = [ALL, ...["INSERT", "MODIFY", "REMOVE"].map((value) => ({ value, label: value }))];

/** The records of a table's stream as they come, newest first, and the chosen one beside them. */
export function LiveRecords({ table, stream }: { table: TableDescription; stream: string }) {
  const tail = useMemo(() => new Tail(stream), [stream]);
  const state = useSyncExternalStore(tail.subscribe, tail.snapshot);
  const [find, setFind] = useParameter("find");
  const [event, setEvent] = useParameter("event");
  const [chosen, setChosen] = useParameter("record");
  const words = useDeferredValue(find.trim().toLowerCase());
  const rows = useMemo(
    () => state.records.filter((record) => (!event || record.event === event) && (!words || record.words.includes(words))),
    [state.records, event, words],
  );
  const record = state.records.find((each) => each.eventId === chosen);
  const held = state.held.length;
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${state.records.length.toLocaleString("en")})`}
          description="Newest first. Reading here never moves a trigger's position."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button href={to.startReplay({ stream, table: table.TableName })}>Replay range</Button>
              <Button iconName={state.paused ? "play" : "pause"} onClick={() => (state.paused ? tail.resume() : tail.pause())}>
                {state.paused ? "Resume" : "Pause"}
              </Button>
            </SpaceBetween>
          }
        >
          Stream records
        </Header>
      }
    >
      <SpaceBetween size="s">
        <ErrorAlert error={state.error} />
        <Grid gridDefinition={[{ colspan: { default: 12, xs: 6 } }, { colspan: { default: 6, xs: 3 } }, { colspan: { default: 6, xs: 3 } }]}>
          <TextFilter
            filteringText={find}
            filteringPlaceholder="Find records"
            filteringAriaLabel="Find records"
            countText={find || event ? `${rows.length.toLocaleString("en")} matches` : ""}
            onChange={({ detail }) => setFind(detail.filteringText)}
          />
          <Select
            ariaLabel="Event name"
            options={EVENTS}
            selectedOption={EVENTS.find((option) => option.value === event) ?? ALL}
            onChange={({ detail }) => setEvent(detail.selectedOption.value ?? "")}
          />
          <div style={{ paddingTop: 6 }} role="status">
            {state.paused ? (
              <StatusIndicator type="stopped">
                Paused{held > 0 && `, ${held.toLocaleString("en")}${held >= SHOWN_MAX ? " or more" : ""} new`}
              </StatusIndicator>
            ) : (
              <StatusIndicator type={state.reached ? "success" : "in-progress"}>
                {state.reached ? `Live, ${state.shards} ${state.shards === 1 ? "shard" : "shards"}` : "Reading what is there"}
              </StatusIndicator>
            )}
          </div>
        </Grid>
        <Grid gridDefinition={record ? [{ colspan: { default: 12, xs: 7 } }, { colspan: { default: 12, xs: 5 } }] : [{ colspan: 12 }]}>
          <VirtualRows
            rows={rows}
            label="Stream records"
            columns={RECORD_COLUMNS}
            widths="66px 80px minmax(100px, 1.1fr) minmax(100px, 1fr)"
            idOf={(each) => each.eventId}
            nameOf={nameOf}
            chosen={chosen}
            onChoose={setChosen}
            empty={find || event ? "No record matches" : "No records yet: save an item, and its change appears here."}
          />
          {record && <RecordDetails record={record} onClose={() => setChosen("")} />}
        </Grid>
      </SpaceBetween>
    </Container>
  );
}
