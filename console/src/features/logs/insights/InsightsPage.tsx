import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Tabs from "@cloudscape-design/components/tabs";
import Textarea from "@cloudscape-design/components/textarea";
import { lazy, Suspense, type FormEvent, useMemo, useState, useSyncExternalStore } from "react";

import { ErrorAlert } from "../../../pieces/ErrorAlert";
import { Loading } from "../../../pieces/Loading";
import { bytesText } from "../../../pieces/texts";
import { TimeRange } from "../../../pieces/TimeRange";
import { useParameter, useSetParameters } from "../../../pieces/useParameter";
import styles from "../events.module.css";
import { DEFAULT_RANGE, RANGES } from "../group-events";
import { GroupPicker } from "../GroupPicker";
import { type AskedQuery, askedQueries, forgetQueries, rememberQuery } from "./asked-queries";
import { QueryHistory } from "./QueryHistory";
import { QueryRun, type QueryState } from "./query-run";
import { seriesOf, tableOf } from "./results";
import { ResultsTable } from "./ResultsTable";
import { FIRST_QUERY } from "./samples";
import { SavedQueries } from "./SavedQueries";

const ResultChart = lazy(() => import("./ResultChart"));
const GROUPS_MAX = 50;
const KINDS: Record<string, StatusIndicatorProps.Type> = { Complete: "success", Running: "in-progress", Scheduled: "pending", Cancelled: "stopped" };

/** Queries over log groups, and their rows as a table and a chart. */
export default function InsightsPage() {
  const run = useMemo(() => new QueryRun(), []);
  const state = useSyncExternalStore(run.subscribe, run.snapshot);
  const [groupNames, setGroupNames] = useParameter("groups");
  const [range, setRange] = useParameter("range", DEFAULT_RANGE);
  const [asked, setAsked] = useParameter("query", FIRST_QUERY);
  const setParameters = useSetParameters();
  const [query, setQuery] = useState(asked);
  const [before, setBefore] = useState(askedQueries);
  const groups = useMemo(() => groupNames.split(",").filter(Boolean), [groupNames]);
  const start = () => {
    if (!groups.length || !query.trim()) return;
    setAsked(query);
    setBefore(rememberQuery({ query, groups, range, at: Date.now() }));
    void run.start({ groups, query, range });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start();
  };
  const choose = (chosen: string, names: string[]) => {
    setQuery(chosen);
    if (names.length) setGroupNames(names.join(","));
  };
  const again = ({ query: chosen, groups: names, range: then }: AskedQuery) => {
    setQuery(chosen);
    setParameters({ groups: names.join(","), range: then === DEFAULT_RANGE ? null : then });
  };
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description="Queries in Logs Insights QL, over the events of log groups.">
        Logs Insights
      </Header>
      <form onSubmit={submit} aria-label="Query">
        <Container>
          <SpaceBetween size="m">
            <GroupPicker chosen={groups} most={GROUPS_MAX} onChoose={(names) => setGroupNames(names.join(","))} />
            <FormField label="Time range" stretch>
              <TimeRange ranges={RANGES} range={range} onChange={setRange} />
            </FormField>
            <FormField label="Query" constraintText="Ctrl+Enter runs it." stretch>
              <div className={styles.query}>
                <Textarea
                  value={query}
                  rows={5}
                  spellcheck={false}
                  onChange={({ detail }) => setQuery(detail.value)}
                  onKeyDown={({ detail }) => {
                    if (detail.ctrlKey && detail.key === "Enter") start();
                  }}
                />
              </div>
            </FormField>
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="primary" formAction="submit" disabled={!groups.length || state.running} loading={state.running} loadingText="Running">
                Run query
              </Button>
              <Button formAction="none" disabled={!state.running} onClick={() => void run.cancel()}>
                Cancel
              </Button>
              <SavedQueries query={query} groups={groups} onChoose={choose} />
              <QueryHistory asked={before} onChoose={again} onForget={() => setBefore(forgetQueries())} />
            </SpaceBetween>
          </SpaceBetween>
        </Container>
      </form>
      <ErrorAlert error={state.error} />
      {state.status && <Results state={state} />}
    </SpaceBetween>
  );
}

/** What came of the query. */
function Results({ state }: { state: QueryState }) {
  const { columns, rows } = useMemo(() => tableOf(state.results), [state.results]);
  const series = useMemo(() => seriesOf(columns, rows), [columns, rows]);
  const { recordsMatched = 0, recordsScanned = 0, bytesScanned = 0 } = state.statistics;
  const told = `${recordsMatched.toLocaleString("en")} records matched, ${recordsScanned.toLocaleString("en")} records (${bytesText(bytesScanned)}) scanned`;
  const status = (
    <div role="status">
      <StatusIndicator type={KINDS[state.status] ?? "error"}>{state.status}</StatusIndicator>
    </div>
  );
  const chart = series.length ? (
    <Suspense fallback={<Loading />}>
      <ResultChart series={series} />
    </Suspense>
  ) : (
    "A chart needs rows of stats by bin(), for example: stats count(*) by bin(5m)"
  );
  return (
    <Container header={<Header variant="h2" actions={status}>Query results</Header>}>
      <Tabs
        ariaLabel="Results of the query"
        tabs={[
          { id: "logs", label: "Logs", content: <ResultsTable columns={columns} rows={rows} description={told} /> },
          { id: "visualization", label: "Visualization", content: chart },
        ]}
      />
    </Container>
  );
}
