import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useRouteError } from "react-router";

/** A page that failed to load or to draw: after an update of the server its parts have other names. */
export function RouteError() {
  const error = useRouteError();
  const text = error instanceof Error ? error.message : String(error);
  return (
    <Alert
      type="error"
      header="This page could not be shown"
      action={<Button onClick={() => window.location.reload()}>Load it anew</Button>}
    >
      {text}
    </Alert>
  );
}
