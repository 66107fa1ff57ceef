import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { to } from "../app/paths";

interface Props {
  /** What isn't there: "page", "table". */
  what: string;
  name?: string;
  back?: { text: string; href: string };
}

/** What is shown in place of something that isn't there. */
export function NotFound({ what, name, back = { text: "Home", href: to.home() } }: Props) {
  return (
    <Box margin={{ top: "xxxl" }} textAlign="center">
      <SpaceBetween size="m">
        <Box variant="h1">{name ? `There is no ${what} ${name}` : `There is no such ${what}`}</Box>
        <Button href={back.href}>{back.text}</Button>
      </SpaceBetween>
    </Box>
  );
}
