import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useAws, useChange } from "../../aws/hooks";
import { previewReplay, startReplay } from "../../aws/traces";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { useParameter } from "../../pieces/useParameter";
import { choiceOf } from "./choice";
import { ReplayFields } from "./ReplayFields";
import { ReplayPreview } from "./ReplayPreview";

/** Choose records and a function, see what would be sent, and send it. */
export default function StartReplayPage() {
  const navigate = useNavigate();
  const [records, setRecords] = useParameter("records");
  const [stream, setStream] = useParameter("stream");
  const [functionName, setFunction] = useParameter("function");
  const [mapping, setMapping] = useParameter("mapping");
  const [since, setSince] = useParameter("since");
  const [until, setUntil] = useParameter("until");
  const [numbers, setNumbers] = useState({ batchSize: "", retries: "" });
  const fields = { records, stream, functionName, mapping, since, until, ...numbers };
  const choice = choiceOf(fields);
  const preview = useAws(previewReplay, choice);
  const start = useChange(startReplay, {
    says: ({ Replay }) => `The replay ${Replay.ReplayId} has begun.`,
    ownError: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (choice) start.mutate(choice, { onSuccess: ({ Replay }) => void navigate(to.replay(Replay.ReplayId)) });
  };
  return (
    <form onSubmit={submit}>
      <Form
        header={
          <Header variant="h1" description="Records that a stream still has go to a function once more. No trigger's position moves.">
            Start replay
          </Header>
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" href={to.replays()}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!preview.data?.RecordCount} loading={start.isPending}>
              Start replay
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="m">
          <ErrorAlert error={start.error ?? preview.error} />
          <Container header={<Header variant="h2">What is sent</Header>}>
            <ReplayFields
              fields={fields}
              onChange={{ records: setRecords, stream: setStream, functionName: setFunction, mapping: setMapping, since: setSince, until: setUntil }}
              onNumbers={setNumbers}
            />
          </Container>
          <ReplayPreview waiting={!choice} preview={preview.data} />
        </SpaceBetween>
      </Form>
    </form>
  );
}
