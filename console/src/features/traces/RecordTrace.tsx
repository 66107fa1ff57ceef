import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { to } from "../../app/paths";
import { functionName } from "../../aws/arn";
import { useAws } from "../../aws/hooks";
import { type MappingTrace, type RecordTraced, traceRecord } from "../../aws/traces";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { timeText } from "../../pieces/texts";
import { Attempts } from "./Attempts";
import { Redrive } from "./Redrive";
import { FATES, kindOf } from "./story";
import { WrittenBy } from "./WrittenBy";

const POLL_MS = 2_000;
const OPEN = new Set(["Waiting", "Failing"]);

/** Who wrote a record, and what became of it in each trigger and replay. `whole` tells of the record itself, too. */
export function RecordTrace({ id, whole = false }: { id: string; whole?: boolean }) {
  const asked = kindOf(id) === "sequence" ? { SequenceNumber: id } : { EventId: id };
  const trace = useAws(traceRecord, asked, { every: (found) => (isOpen(found) ? POLL_MS : 5 * POLL_MS) });
  if (trace.error) return <ErrorAlert error={trace.error} retry={() => void trace.refetch()} />;
  if (!trace.data) return <StatusIndicator type="loading">Asking for the trace</StatusIndicator>;
  const { Write: write, Mappings: mappings = [], Replays: replays = [] } = trace.data;
  return (
    <SpaceBetween size="m">
      <WrittenBy write={write} record={whole ? trace.data.Record : undefined} />
      {mappings.map((mapping) => (
        <Mapping key={mapping.EventSourceMappingUUID} mapping={mapping} />
      ))}
      {replays.map((replay) => (
        <div key={replay.ReplayId}>
          <Box variant="strong">
            Sent again by replay <Link href={to.replay(replay.ReplayId)}>{replay.ReplayId}</Link>
          </Box>
          <Attempts attempts={replay.Attempts} />
        </div>
      ))}
      {mappings.length === 0 && replays.length === 0 && (
        <Box color="text-body-secondary">The stream has no trigger: the record caused nothing.</Box>
      )}
    </SpaceBetween>
  );
}

function isOpen(trace: RecordTraced | undefined): boolean {
  return trace?.Mappings?.some((mapping) => OPEN.has(mapping.Fate)) ?? true;
}

function Mapping({ mapping }: { mapping: MappingTrace }) {
  const name = functionName(mapping.FunctionArn);
  const fate = FATES[mapping.Fate];
  return (
    <section aria-label={`Trigger of ${name}`}>
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <Link href={to.function(name)}>{name}</Link>
        <StatusIndicator type={fate.sign}>{fate.text}</StatusIndicator>
        {mapping.DestinationStatus && <span>failure destination: {mapping.DestinationStatus}</span>}
        {mapping.Fate === "GivenUp" && <Redrive mapping={mapping.EventSourceMappingUUID} />}
      </SpaceBetween>
      {mapping.Reason && <Box color="text-body-secondary">{mapping.Reason}</Box>}
      {mapping.NextAttemptTime && (
        <Box color="text-body-secondary">Next attempt at {timeText(mapping.NextAttemptTime * 1000)}</Box>
      )}
      <Attempts attempts={mapping.Attempts} />
    </section>
  );
}
