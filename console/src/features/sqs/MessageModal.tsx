import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { CodeBlock } from "../../pieces/CodeBlock";
import { prettyJson } from "../../pieces/texts";
import type { Received } from "./received";

/** A message whole: its body, and all attributes. */
export function MessageModal({ message: { id, body, message }, onClose }: { message: Received; onClose: () => void }) {
  const own = Object.entries(message.MessageAttributes ?? {}).map(([label, value]) => ({
    label: `${label} (${value.DataType})`,
    value: value.StringValue ?? "binary",
  }));
  const system = Object.entries(message.Attributes ?? {}).map(([label, value]) => ({ label, value }));
  return (
    <Modal
      visible
      size="large"
      header={`Message ${id}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <CodeBlock label="Body" text={prettyJson(body)} />
        {own.length > 0 && (
          <div>
            <Box variant="h3">Message attributes</Box>
            <KeyValuePairs columns={2} items={own} />
          </div>
        )}
        <div>
          <Box variant="h3">Details</Box>
          <KeyValuePairs columns={2} items={system} />
        </div>
      </SpaceBetween>
    </Modal>
  );
}
