import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";

/** What a page shows until its first answer is there. */
export function Loading() {
  return (
    <Box margin={{ top: "xxxl" }} textAlign="center">
      <Spinner size="large" /> <Box variant="span">Loading</Box>
    </Box>
  );
}
