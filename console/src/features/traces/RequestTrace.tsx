import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { to } from "../../app/paths";
import { functionName } from "../../aws/arn";
import { useAws } from "../../aws/hooks";
import { type Attempt, type RequestTraced, traceRequest } from "../../aws/traces";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { timeText } from "../../pieces/texts";
import { Attempts } from "./Attempts";
import { RecordTrace } from "./RecordTrace";
import { keyText } from "./WrittenBy";

const POLL_MS = 5_000;
const SHOWN_MAX = 20;

/** A request: the call that it was, the records that it wrote and what they caused; or the records that a run was given. */
export function RequestTrace({ id }: { id: string }) {
  const trace = useAws(traceRequest, { RequestId: id }, { every: POLL_MS });
  if (trace.error) return <ErrorAlert error={trace.error} retry={() => void trace.refetch()} />;
  if (!trace.data) return <Loading />;
  const { Activity: call, Records: records = [], Attempts: attempts = [], Event: event } = trace.data;
  return (
    <SpaceBetween size="m">
      {call && (
        <Container header={<Header variant="h2">The request</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Call", value: `${call.Service}:${call.Operation}` },
              { label: "By", value: call.PrincipalArn ?? "-" },
              { label: "Time", value: timeText(call.Time * 1000) },
              {
                label: "Answer",
                value: (
                  <StatusIndicator type={call.StatusCode < 400 ? "success" : "error"}>
                    {call.StatusCode} {call.ErrorCode ?? ""}
                  </StatusIndicator>
                ),
              },
            ]}
          />
        </Container>
      )}
      {event && (
        <Container header={<Header variant="h2">The event that it left</Header>}>
          <Link href={to.function(functionName(event.FunctionArn))}>{functionName(event.FunctionArn)}</Link>: {event.Fate}
          {event.Reason && `, ${event.Reason}`}
        </Container>
      )}
      {attempts.length > 0 && (
        <Container header={<Header variant="h2">The function's run</Header>}>
          <SpaceBetween size="m">
            <Attempts attempts={attempts} named />
            {attempts.map((attempt) => (
              <Batch key={attempt.Time} attempt={attempt} />
            ))}
          </SpaceBetween>
        </Container>
      )}
      <Written trace={trace.data} />
      {!call && !event && !attempts.length && !records.length && <Box>Nothing is known of this request any more.</Box>}
    </SpaceBetween>
  );
}

/** The records of a run's batch, each a way back to the write. */
function Batch({ attempt }: { attempt: Attempt }) {
  const ids = attempt.EventIds ?? [];
  if (ids.length === 0) return null;
  return (
    <div>
      <Box variant="h4">The batch</Box>
      <ol>
        {ids.slice(0, SHOWN_MAX).map((id) => (
          <li key={id}>
            <Link href={to.trace(id)}>{id}</Link>
          </li>
        ))}
      </ol>
      {ids.length > SHOWN_MAX && <Box color="text-body-secondary">and {ids.length - SHOWN_MAX} more</Box>}
    </div>
  );
}

function Written({ trace: { Records: records = [], RecordsLeftOut: more } }: { trace: RequestTraced }) {
  if (records.length === 0) return null;
  const [only] = records;
  return (
    <Container header={<Header variant="h2" counter={`(${records.length}${more ? "+" : ""})`}>What it wrote</Header>}>
      {records.length === 1 && only?.EventId ? (
        <RecordTrace id={only.EventId} whole />
      ) : (
        <ul>
          {records.slice(0, SHOWN_MAX).map((record) => (
            <li key={record.SequenceNumber}>
              <Link href={to.trace(record.EventId ?? record.SequenceNumber)}>
                {record.EventName} {keyText(record.Keys)}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Container>
  );
}
