import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { describeQueue } from "./queue";
import { ReceivePanel } from "./ReceivePanel";
import { SendPanel } from "./SendPanel";

const POLL_MS = 3_000;

/** Send messages to a queue, and look at those that wait in it. */
export default function MessagesPage() {
  const { queue: name = "" } = useParams();
  const answer = useAws(describeQueue, { name }, { every: POLL_MS });
  const queue = answer.data;
  if (isMissing(answer.error)) return <NotFound what="queue" name={name} back={{ text: "Queues", href: to.queues() }} />;
  if (!queue) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description={`Queue ${name}`}>
        Send and receive messages
      </Header>
      <SendPanel queue={queue} />
      <ReceivePanel queue={queue} />
    </SpaceBetween>
  );
}
