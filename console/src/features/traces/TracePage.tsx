import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { NotFound } from "../../pieces/NotFound";
import { RecordTrace } from "./RecordTrace";
import { RequestTrace } from "./RequestTrace";
import { kindOf } from "./story";

/** The whole story of a record or of a request. */
export default function TracePage() {
  const { id = "" } = useParams();
  const kind = kindOf(id);
  if (!kind) return <NotFound what="trace" name={id} back={{ text: "Traces", href: to.traces() }} />;
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description={`${kind === "request" ? "Request" : "Record"} ${id}`}>
        Trace
      </Header>
      {kind === "request" ? (
        <RequestTrace id={id} />
      ) : (
        <Container header={<Header variant="h2">From the write to what it caused</Header>}>
          <RecordTrace id={id} whole />
        </Container>
      )}
    </SpaceBetween>
  );
}
