import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { GUIDE_DRAWER, openDrawer } from "../../app/drawers";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { progress, stepsOf } from "./tutorial";

const POLL_MS = 10_000;

/** The tutorial, step by step, ticked by what is really there. */
export function TutorialCard() {
  const found = useAws(progress, {}, { every: POLL_MS });
  const steps = found.data ? stepsOf(found.data) : [];
  const next = steps.findIndex((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={found.data ? `(${done}/${steps.length})` : ""}
          actions={<Button onClick={() => openDrawer(GUIDE_DRAWER)}>Open guide</Button>}
          description="The DynamoDB Streams tutorial. A step is ticked once it is really so."
        >
          Tutorial: your first stream
        </Header>
      }
    >
      <ErrorAlert error={found.error} retry={() => void found.refetch()} />
      <SpaceBetween size="s">
        {steps.map((step, at) => (
          <div key={step.text}>
            <StatusIndicator
              type={step.done ? "success" : at === next ? "in-progress" : "pending"}
              iconAriaLabel={step.done ? "Done" : at === next ? "Next" : "Later"}
            >
              <Link href={step.href} variant={at === next ? "primary" : "secondary"}>
                {step.text}
              </Link>
            </StatusIndicator>
            <Box color="text-body-secondary" fontSize="body-s" padding={{ left: "l" }}>
              {step.how}
            </Box>
          </div>
        ))}
        {found.data && next === -1 && <Box>All of it works. Whatever changes in the table now is logged by the function.</Box>}
      </SpaceBetween>
    </Container>
  );
}
