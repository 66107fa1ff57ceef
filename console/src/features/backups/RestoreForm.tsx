import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { FormEvent, ReactNode } from "react";

import { ErrorAlert } from "../../pieces/ErrorAlert";
import type { Restored } from "./recovery";

interface Props {
  title: string;
  /** What is restored, and of when. */
  children: ReactNode;
  restored: Restored;
  onChange: (restored: Restored) => void;
  disabled: boolean;
  busy: boolean;
  error: unknown;
  onSubmit: () => void;
  back: string;
}

/** A restore: what of, and the new table that it makes. */
export function RestoreForm({ title, children, restored, onChange, disabled, busy, error, onSubmit, back }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit}>
      <Form
        header={
          <Header
            variant="h1"
            description="Makes a new table. Its stream, triggers, time to live, tags, deletion protection and point-in-time recovery are to be set anew."
          >
            {title}
          </Header>
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" href={back}>
              Cancel
            </Button>
            <Button variant="primary" disabled={disabled} loading={busy}>
              Restore
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <ErrorAlert error={error} />
          {children}
          <Container header={<Header variant="h2">Restore settings</Header>}>
            <SpaceBetween size="l">
              <FormField
                label="Name of restored table"
                constraintText="Between 3 and 255 characters: letters, numbers, underscores, hyphens and periods."
              >
                <Input
                  value={restored.name}
                  onChange={({ detail }) => onChange({ ...restored, name: detail.value })}
                  placeholder="Enter name for restored table"
                  autoFocus
                  spellcheck={false}
                />
              </FormField>
              <FormField label="Secondary indexes">
                <RadioGroup
                  value={restored.indexes ? "all" : "none"}
                  onChange={({ detail }) => onChange({ ...restored, indexes: detail.value === "all" })}
                  items={[
                    { value: "all", label: "Restore the entire table", description: "With all local and global secondary indexes." },
                    { value: "none", label: "Restore the table without secondary indexes", description: "Faster; global ones can be created later." },
                  ]}
                />
              </FormField>
            </SpaceBetween>
          </Container>
        </SpaceBetween>
      </Form>
    </form>
  );
}
