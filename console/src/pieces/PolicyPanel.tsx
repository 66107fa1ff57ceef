import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";

import { CodeBlock } from "./CodeBlock";
import { JsonModal } from "./JsonModal";
import { prettyJson } from "./texts";

interface Props {
  /** "Access policy". */
  title: string;
  description: string;
  /** The document, empty where there is none. */
  value: string;
  /** What the editor begins with where there is none. */
  template: string;
  busy: boolean;
  error: unknown;
  /** Saves the document, and calls back when it is done. An empty text takes it away. */
  onSave: (text: string, done: () => void) => void;
  /** It can be taken away. */
  removable?: boolean;
}

/** A JSON document of a resource: read here, edited over the page. */
export function PolicyPanel({ title, description, value, template, busy, error, onSave, removable }: Props) {
  const [editing, setEditing] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={description}
          actions={<Button onClick={() => setEditing(true)}>Edit {title.toLowerCase()}</Button>}
        >
          {title}
        </Header>
      }
    >
      {value ? <CodeBlock label={title} text={prettyJson(value)} /> : <Box color="text-body-secondary">There is none.</Box>}
      {editing && (
        <JsonModal
          title={`Edit ${title.toLowerCase()}`}
          label={`New ${title.toLowerCase()}`}
          value={value || template}
          busy={busy}
          error={error}
          onSave={(text) => onSave(text, () => setEditing(false))}
          onClose={() => setEditing(false)}
        >
          {removable && <Box color="text-body-secondary">An empty text takes it away.</Box>}
        </JsonModal>
      )}
    </Container>
  );
}
