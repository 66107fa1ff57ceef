import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { ErrorAlert } from "./ErrorAlert";

interface Props {
  title: string;
  /** What the button says that does it. */
  action: string;
  children: ReactNode;
  busy: boolean;
  error?: unknown;
  disabled?: boolean;
  size?: "medium" | "large";
  /** A button between Cancel and the one that does it. */
  between?: ReactNode;
  onSubmit: () => void;
  onClose: () => void;
}

/** Some fields over the page, a button that carries them out, and the error beside them. */
export function FormModal({ title, action, children, busy, error, disabled = false, size = "medium", between, onSubmit, onClose }: Props) {
  return (
    <Modal
      visible
      size={size}
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            {between}
            <Button variant="primary" loading={busy} disabled={disabled} onClick={onSubmit}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={error} />
        {children}
      </SpaceBetween>
    </Modal>
  );
}
