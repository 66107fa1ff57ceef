import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { ReplayPreview as Preview } from "../../aws/traces";
import { CodeBlock } from "../../pieces/CodeBlock";
import { prettyJson } from "../../pieces/texts";

/** What a replay would send: how much, and the first event itself. */
export function ReplayPreview({ waiting, preview }: { waiting: boolean; preview: Preview | undefined }) {
  return (
    <Container header={<Header variant="h2">Preview</Header>}>
      {waiting && <Box color="text-body-secondary">Choose records, and a function or a trigger, to see what would be sent.</Box>}
      {!waiting && !preview && <Box color="text-body-secondary">Looking at the stream.</Box>}
      {!waiting && preview && (
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Records", value: `${preview.RecordCount}${preview.Truncated ? " or more" : ""}` },
              { label: "Batches", value: preview.BatchCount },
              { label: "Left out by the filter", value: preview.RecordsFiltered },
              { label: "Trimmed", value: preview.RecordsTrimmed },
            ]}
          />
          {preview.Event && (
            <div>
              <Box variant="awsui-key-label">The first event</Box>
              <CodeBlock label="The first event" text={prettyJson(preview.Event)} />
            </div>
          )}
        </SpaceBetween>
      )}
    </Container>
  );
}
