import SpaceBetween from "@cloudscape-design/components/space-between";
import { Fragment, isValidElement, type ReactNode } from "react";

/** Buttons in a row. A fragment of them counts for what it holds: SpaceBetween puts no space between its parts. */
export function ActionRow({ children }: { children: ReactNode }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {unwrapped(children)}
    </SpaceBetween>
  );
}

function unwrapped(actions: ReactNode): ReactNode {
  if (Array.isArray(actions)) return actions.map(unwrapped);
  return isValidElement<{ children?: ReactNode }>(actions) && actions.type === Fragment ? actions.props.children : actions;
}
