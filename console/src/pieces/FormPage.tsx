import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";

import { ErrorAlert } from "./ErrorAlert";
import { LeaveGuard } from "./LeaveGuard";

interface Props {
  /** "Create table". */
  title: string;
  description?: ReactNode;
  /** Beside the title. */
  actions?: ReactNode;
  /** What the button says that does it; the title where nothing is said. */
  submit?: string;
  onSubmit: () => void;
  /** Where Cancel leads. */
  cancel: string;
  busy: boolean;
  /** What was typed and chosen so far: once it is no longer what the page began with, leaving asks first. */
  values?: unknown;
  disabled?: boolean;
  error?: unknown;
  /** Beside the error: what would mend it. */
  cure?: ReactNode;
  /** Enter doesn't submit it, for its fields take Enter for themselves. */
  byButton?: boolean;
  children: ReactNode;
}

/** A page that is a form: fields, Cancel, a button that carries them out, and the error above them. */
export function FormPage(props: Props) {
  const { title, onSubmit, byButton = false } = props;
  const now = JSON.stringify(props.values ?? null);
  const [start] = useState(now);
  const [sent, setSent] = useState(false);
  if (props.busy && !sent) setSent(true);
  const saved = sent && !props.busy && !props.error; // and the next page is on its way
  const frame = (
    <Form
      header={
        <Header variant="h1" description={props.description} actions={props.actions}>
          {title}
        </Header>
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" formAction="none" href={props.cancel}>
            Cancel
          </Button>
          <Button
            variant="primary"
            loading={props.busy}
            disabled={props.disabled ?? false}
            {...(byButton ? { formAction: "none", onClick: onSubmit } : {})}
          >
            {props.submit ?? title}
          </Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        {props.values !== undefined && <LeaveGuard changed={now !== start} busy={props.busy || saved} />}
        <ErrorAlert error={props.error} action={props.cure} />
        {props.children}
      </SpaceBetween>
    </Form>
  );
  if (byButton) return frame;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {frame}
    </form>
  );
}
