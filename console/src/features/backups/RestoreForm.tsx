import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { FormPage } from "../../pieces/FormPage";
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
  return (
    <FormPage
      title={title}
      description="Makes a new table. Its stream, triggers, time to live, tags, deletion protection and point-in-time recovery are to be set anew."
      submit="Restore"
      onSubmit={onSubmit}
      cancel={back}
      busy={busy}
      disabled={disabled}
      error={error}
    >
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
    </FormPage>
  );
}
