import type { StreamViewType, TableDescription } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { describeTable, updateTable } from "../../aws/dynamodb";
import { useAws, useChange } from "../../aws/hooks";
import { CodeBlock } from "../../pieces/CodeBlock";
import { FormPage } from "../../pieces/FormPage";
import { useParameter } from "../../pieces/useParameter";
import { preview, type Sample, VIEW_TYPES } from "./view-types";

/** Choose what the records of a stream tell, and turn it on. */
export default function TurnOnStreamPage() {
  const { table: name = "" } = useParams();
  const navigate = useNavigate();
  const [view, setView] = useParameter("view", "NEW_AND_OLD_IMAGES");
  const table = useAws(describeTable, { TableName: name });
  const turnOn = useChange(updateTable, { says: `The DynamoDB stream of ${name} is on.`, ownError: true });
  const submit = () => {
    const StreamSpecification = { StreamEnabled: true, StreamViewType: view as StreamViewType };
    turnOn.mutate({ TableName: name, StreamSpecification }, { onSuccess: () => void navigate(to.table(name, "streams")) });
  };
  return (
    <FormPage
      title="Turn on DynamoDB stream"
      description="A stream holds the item-level changes of the last 24 hours, in their order."
      submit="Turn on stream"
      onSubmit={submit}
      cancel={to.table(name, "streams")}
      busy={turnOn.isPending}
      error={turnOn.error ?? table.error}
    >
      <Container header={<Header variant="h2">DynamoDB stream details</Header>}>
        <Grid gridDefinition={[{ colspan: { default: 12, s: 5 } }, { colspan: { default: 12, s: 7 } }]}>
          <FormField label="View type" description="Which information is written to the stream when an item changes.">
            <RadioGroup value={view} onChange={({ detail }) => setView(detail.value)} items={VIEW_TYPES} />
          </FormField>
          <div>
            <Box variant="awsui-key-label">Preview of a record</Box>
            <CodeBlock label="Preview of a record" text={JSON.stringify(preview(view as StreamViewType, sampleOf(table.data?.Table)), null, 2)} />
          </div>
        </Grid>
      </Container>
    </FormPage>
  );
}

const EXAMPLES: Record<string, { S: string } | { N: string } | { B: string }> = {
  S: { S: "APPLE#WASHINGTON" },
  N: { N: "1" },
  B: { B: "QVBQTEU=" },
};

/** A change of the stock, on an item with the table's own key. */
function sampleOf(table: TableDescription | undefined): Sample {
  const types = Object.fromEntries((table?.AttributeDefinitions ?? []).map((it) => [it.AttributeName, it.AttributeType ?? "S"]));
  const keys = Object.fromEntries((table?.KeySchema ?? []).map(({ AttributeName: name = "", KeyType }) => {
    const type = types[name] ?? "S";
    return [name, type === "S" && KeyType === "HASH" ? { S: "FRUIT" } : EXAMPLES[type]];
  }));
  return { keys, before: { Stocks: { N: "39" } }, after: { Stocks: { N: "33" } } };
}
