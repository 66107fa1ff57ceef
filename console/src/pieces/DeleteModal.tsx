import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useState } from "react";

import { FormModal } from "./FormModal";

interface Props {
  /** "Delete table". */
  title: string;
  children: ReactNode;
  /** What has to be typed. */
  word?: string;
  busy: boolean;
  error?: unknown;
  onDelete: () => void;
  onClose: () => void;
}

/** Asks for a word before something is gone for good. */
export function DeleteModal({ title, children, word = "confirm", busy, error, onDelete, onClose }: Props) {
  const [typed, setTyped] = useState("");
  return (
    <FormModal title={title} action="Delete" busy={busy} disabled={typed !== word} error={error} onSubmit={onDelete} onClose={onClose}>
      <div>{children}</div>
      <FormField label={`To confirm, type ${word}`}>
        <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} placeholder={word} autoFocus />
      </FormField>
    </FormModal>
  );
}
