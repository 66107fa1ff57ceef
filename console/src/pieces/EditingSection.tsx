import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";

import { ErrorAlert } from "./ErrorAlert";

interface SectionProps {
  /** "General configuration". */
  title: string;
  counter?: string;
  description?: ReactNode;
  /** A `SectionForm`, which calls `close` when it was cancelled or has saved. */
  form: (close: () => void) => ReactNode;
  /** What there is, to read. */
  children: ReactNode;
}

/** A part of a resource's configuration: read here, and edited in the same place after Edit. */
export function EditingSection({ title, counter, description, form, children }: SectionProps) {
  const [editing, setEditing] = useState(false);
  if (editing) return form(() => setEditing(false));
  return (
    <Container
      header={
        <Header variant="h2" counter={counter} description={description} actions={<Button onClick={() => setEditing(true)}>Edit</Button>}>
          {title}
        </Header>
      }
    >
      {children}
    </Container>
  );
}

interface FormProps {
  /** "Edit general configuration". */
  title: string;
  busy: boolean;
  error: unknown;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** The fields of a section that is edited, with Cancel and Save. */
export function SectionForm({ title, busy, error, onSave, onClose, children }: FormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <Container header={<Header variant="h2">{title}</Header>}>
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                Cancel
              </Button>
              <Button variant="primary" loading={busy}>
                Save
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            <ErrorAlert error={error} />
            {children}
          </SpaceBetween>
        </Form>
      </Container>
    </form>
  );
}
