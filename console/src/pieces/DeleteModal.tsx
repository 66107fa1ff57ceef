import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";

import { ErrorAlert } from "./ErrorAlert";

const WORD = "confirm";

interface Props {
  /** "Delete table". */
  title: string;
  children: ReactNode;
  busy: boolean;
  error?: unknown;
  onDelete: () => void;
  onClose: () => void;
}

/** Asks for the word "confirm" before something is gone for good. */
export function DeleteModal({ title, children, busy, error, onDelete, onClose }: Props) {
  const [typed, setTyped] = useState("");
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" disabled={typed !== WORD} loading={busy} onClick={onDelete}>
              Delete
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={error} />
        <div>{children}</div>
        <FormField label={`To confirm, type ${WORD}`}>
          <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} placeholder={WORD} autoFocus />
        </FormField>
      </SpaceBetween>
    </Modal>
  );
}
