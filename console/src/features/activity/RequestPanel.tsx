import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import { useAws } from "../../aws/hooks";
import { type Explanation, explainRequest } from "../../aws/tailrace";
import { Copyable } from "../../pieces/Copyable";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { isoText } from "../../pieces/texts";
import { Decision, PERMISSION_COLUMNS } from "./columns";
import { SmallestPolicy } from "./SmallestPolicy";

interface Props {
  requestId: string;
  onClose: () => void;
}

/** One call: who asked, what each permission came to and why, and what would have been enough. */
export function RequestPanel({ requestId, onClose }: Props) {
  const answer = useAws(explainRequest, { RequestId: requestId });
  const explanation = answer.data;
  const call = explanation?.Activity;
  return (
    <section aria-label="Request details">
      <Container
        header={
          <Header variant="h2" actions={<Button iconName="close" variant="icon" ariaLabel="Close details" onClick={onClose} />}>
            {call ? `${call.Service}:${call.Operation}` : "Request details"}
          </Header>
        }
      >
        <ErrorAlert error={answer.error} retry={() => void answer.refetch()} />
        {answer.isPending && !answer.error && <Loading />}
        {explanation && <Details explanation={explanation} />}
      </Container>
    </section>
  );
}

function Details({ explanation }: { explanation: Explanation }) {
  const { Activity: call, Permissions: permissions, Missing: missing = [] } = explanation;
  return (
    <SpaceBetween size="l">
      <Alert type={call.Decision === "Denied" ? "error" : call.ErrorCode ? "warning" : "success"}>{explanation.Summary}</Alert>
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Decision", value: <Decision of={call.Decision} /> },
          { label: "Answer", value: `${call.StatusCode} ${call.ErrorCode ?? ""}` },
          { label: "Time", value: isoText(call.Time * 1000) },
          { label: "Milliseconds", value: call.Milliseconds?.toFixed(1) ?? "-" },
          { label: "Principal", value: call.PrincipalArn ? <Copyable text={call.PrincipalArn} what="principal ARN" /> : "-" },
          { label: "Access key", value: call.AccessKeyId ?? "-" },
          { label: "Request ID", value: <Copyable text={call.RequestId} what="request ID" /> },
          { label: "Source address", value: call.SourceIp ?? "-" },
        ]}
      />
      {missing.length > 0 && (
        <div>
          <Box variant="h3">What was missing</Box>
          <ul>
            {missing.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
      <SmallestPolicy explanation={explanation} />
      <Table
        variant="embedded"
        items={permissions}
        columnDefinitions={PERMISSION_COLUMNS}
        wrapLines
        empty="No permission was asked for."
        header={<Header variant="h3">Permissions</Header>}
        ariaLabels={{ tableLabel: "Permissions" }}
      />
    </SpaceBetween>
  );
}
