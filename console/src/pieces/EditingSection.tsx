import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";

import { ActionRow } from "./ActionRow";
import { ErrorAlert } from "./ErrorAlert";

interface SectionProps {
  /** "General configuration". */
  title: string;
  counter?: string;
  description?: ReactNode;
  /** Buttons before Edit. */
  actions?: ReactNode;
  /** Why it can't be edited; Edit is disabled then. */
  fixed?: string | undefined;
  /** A `SectionForm`, which calls `close` when it was cancelled or has saved. */
  form: (close: () => void) => ReactNode;
  /** What there is, to read. */
  children: ReactNode;
}

/** A part of a resource's configuration: read here, and edited in the same place after Edit. */
export function EditingSection({ title, counter, description, actions, fixed, form, children }: SectionProps) {
  const [editing, setEditing] = useState(false);
  if (editing) return form(() => setEditing(false));
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={counter}
          description={description}
          actions={
            <ActionRow>
              {actions}
              <Button disabled={Boolean(fixed)} disabledReason={fixed} onClick={() => setEditing(true)}>
                Edit
              </Button>
            </ActionRow>
          }
        >
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
