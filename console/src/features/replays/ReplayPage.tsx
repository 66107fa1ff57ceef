import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { functionName } from "../../aws/arn";
import { isMissing } from "../../aws/errors";
import { useAws, useChange } from "../../aws/hooks";
import { cancelReplay, describeReplay, listAttempts } from "../../aws/traces";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { timeText } from "../../pieces/texts";
import { Attempts } from "../traces/Attempts";
import { tableOfStream } from "../traces/table-of-stream";
import { ReplayStatus } from "./columns";

const POLL_MS = 1_000;
const SHOWN_MAX = 50;

/** One replay: how far it is, and its attempts. */
export default function ReplayPage() {
  const { id = "" } = useParams();
  const answer = useAws(describeReplay, { ReplayId: id }, { every: (found) => (found?.Replay.EndedTime ? false : POLL_MS) });
  const replay = answer.data?.Replay;
  const running = Boolean(replay && !replay.EndedTime);
  const asked = { ReplayId: id, MaxResults: SHOWN_MAX };
  const attempts = useAws(listAttempts, replay ? asked : null, { every: () => (running ? POLL_MS : 5 * POLL_MS) });
  const cancel = useChange(cancelReplay, { says: "The replay is cancelled." });
  if (isMissing(answer.error)) return <NotFound what="replay" name={id} back={{ text: "Replays", href: to.replays() }} />;
  if (!replay) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const table = tableOfStream(replay.StreamArn);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={replay.ReplayId}
        actions={
          <Button disabled={!running} loading={cancel.isPending} onClick={() => cancel.mutate({ ReplayId: id })}>
            Cancel replay
          </Button>
        }
      >
        Replay
      </Header>
      <ErrorAlert error={attempts.error} />
      <Container header={<Header variant="h2">Replay details</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: "Status", value: <ReplayStatus replay={replay} /> },
            { label: "Table", value: <Link href={to.table(table, "streams")}>{table}</Link> },
            {
              label: "Function",
              value: <Link href={to.function(functionName(replay.FunctionArn))}>{functionName(replay.FunctionArn)}</Link>,
            },
            { label: "Last result", value: replay.LastResult ?? "-" },
            { label: "Records sent", value: replay.RecordsSent },
            { label: "Batches", value: replay.Batches },
            { label: "Given up", value: replay.RecordsGivenUp },
            { label: "Left out by the filter", value: replay.RecordsFiltered },
            { label: "Started", value: timeText(replay.CreatedTime * 1000) },
            { label: "Ended", value: timeText(replay.EndedTime && replay.EndedTime * 1000) },
            { label: "Event IDs end in", value: replay.EventIdSuffix ?? "-" },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">Attempts</Header>}>
        {attempts.data?.Attempts.length ? <Attempts attempts={attempts.data.Attempts} /> : "No attempts yet"}
      </Container>
    </SpaceBetween>
  );
}
