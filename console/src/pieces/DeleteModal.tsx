import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useState } from "react";

import { FormModal } from "./FormModal";

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
    <FormModal title={title} action="Delete" busy={busy} disabled={typed !== WORD} error={error} onSubmit={onDelete} onClose={onClose}>
      <div>{children}</div>
      <FormField label={`To confirm, type ${WORD}`}>
        <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} placeholder={WORD} autoFocus />
      </FormField>
    </FormModal>
  );
}
