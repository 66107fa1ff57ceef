import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useAws, useChange } from "../../aws/hooks";
import { previewReplay, startReplay } from "../../aws/traces";
import { FormPage } from "../../pieces/FormPage";
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
  const submit = () => {
    if (choice) start.mutate(choice, { onSuccess: ({ Replay }) => void navigate(to.replay(Replay.ReplayId)) });
  };
  return (
    <FormPage
      title="Start replay"
      description="Records that a stream still has go to a function once more. No trigger's position moves."
      onSubmit={submit}
      cancel={to.replays()}
      busy={start.isPending}
      values={numbers}
      disabled={!preview.data?.RecordCount}
      error={start.error ?? preview.error}
    >
      <Container header={<Header variant="h2">What is sent</Header>}>
        <ReplayFields
          fields={fields}
          onChange={{ records: setRecords, stream: setStream, functionName: setFunction, mapping: setMapping, since: setSince, until: setUntil }}
          onNumbers={setNumbers}
        />
      </Container>
      <ReplayPreview waiting={!choice} preview={preview.data} />
    </FormPage>
  );
}
