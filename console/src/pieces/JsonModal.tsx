import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, type ReactNode, Suspense, useState } from "react";

import { ErrorAlert } from "./ErrorAlert";
import { Loading } from "./Loading";
import { prettyJson } from "./texts";

const Editor = lazy(() => import("./editor/Editor"));

interface Props {
  title: string;
  /** What is edited, for who doesn't see it. */
  label: string;
  children?: ReactNode;
  value: string;
  busy: boolean;
  error?: unknown;
  onSave: (text: string) => void;
  onClose: () => void;
}

/** A JSON document, edited over the page and saved whole. */
export function JsonModal({ title, label, children, value, busy, error, onSave, onClose }: Props) {
  const [text, setText] = useState(() => prettyJson(value));
  return (
    <Modal
      visible
      size="large"
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" loading={busy} onClick={() => onSave(text)}>
              Save changes
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <ErrorAlert error={error} />
        {children}
        <Suspense fallback={<Loading />}>
          <Editor value={text} onChange={setText} language="json" label={label} height={320} />
        </Suspense>
      </SpaceBetween>
    </Modal>
  );
}
