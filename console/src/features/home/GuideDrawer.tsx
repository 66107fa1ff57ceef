import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Drawer from "@cloudscape-design/components/drawer";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { RefreshButton } from "../../pieces/RefreshButton";
import { type GuideStep, guideOf, tutorialState } from "./guide";

const POLL_MS = 4_000;

/** The tutorial beside the pages. Where somebody stands in it is asked of the server, so it goes on after a reload. */
export default function GuideDrawer() {
  const found = useAws(tutorialState, {}, { every: POLL_MS });
  const steps = found.data ? guideOf(found.data) : [];
  const next = steps.findIndex((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  return (
    <Drawer header={<h2>Tutorial</h2>}>
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Box>{found.data ? `${done} of ${steps.length} steps are done` : "Looking at what is there"}</Box>
          <RefreshButton of={found} />
        </SpaceBetween>
        <ErrorAlert error={found.error} retry={() => void found.refetch()} />
        {!found.data && !found.error && <Loading />}
        <SpaceBetween size="s">
          {steps.map((step, at) => (
            <div key={step.title}>
              <StatusIndicator type={signOf(step, at === next)} iconAriaLabel={step.done ? "Done" : at === next ? "Next" : "Later"}>
                {at === next ? <b>{step.title}</b> : step.title}
              </StatusIndicator>
              {at === next && <Current step={step} />}
            </div>
          ))}
        </SpaceBetween>
        {found.data && next === -1 && (
          <Alert type="success">Pat yourself on the back. Whatever changes in the table now is logged by the function.</Alert>
        )}
      </SpaceBetween>
    </Drawer>
  );
}

function signOf(step: GuideStep, isNext: boolean): "success" | "warning" | "in-progress" | "pending" {
  if (step.done) return "success";
  if (!isNext) return "pending";
  return step.trouble ? "warning" : "in-progress";
}

function Current({ step }: { step: GuideStep }) {
  return (
    <Box padding={{ left: "l", vertical: "xs" }}>
      <SpaceBetween size="s">
        {step.words.map((sentence) => (
          <div key={sentence}>{sentence}</div>
        ))}
        {step.trouble ? <Alert type="warning">{step.trouble}</Alert> : <Box color="text-body-secondary">Not done yet: it is looked at every few seconds.</Box>}
        <Button href={step.page.href}>{`Go to ${step.page.text}`}</Button>
      </SpaceBetween>
    </Box>
  );
}
