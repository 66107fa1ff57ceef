import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import type { ReactNode } from "react";

import { to } from "../app/paths";
import { isDenied, problemOf } from "../aws/errors";

interface Props {
  /** What went wrong; nothing is shown for null. */
  error: unknown;
  retry?: () => void;
  action?: ReactNode;
  onDismiss?: () => void;
}

/** An error in AWS's own words, with the request's id, by which `tailrace why` and the activity know it. */
export function ErrorAlert({ error, retry, action, onDismiss }: Props) {
  if (!error) return null;
  const { code, message, requestId } = problemOf(error);
  return (
    <Alert
      type="error"
      dismissible={Boolean(onDismiss)}
      onDismiss={() => onDismiss?.()}
      action={action ?? (retry && <Button onClick={retry}>Retry</Button>)}
    >
      <strong>{code}</strong>: {message}
      {requestId && (
        <Box fontSize="body-s" color="text-body-secondary">
          Request ID {requestId}
          {isDenied(error) && (
            <>
              {" "}
              <Link href={to.activity({ show: requestId })} fontSize="body-s">
                Why was this denied?
              </Link>
            </>
          )}
        </Box>
      )}
    </Alert>
  );
}
