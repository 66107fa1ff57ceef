import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useState } from "react";

import { useChange } from "../../aws/hooks";
import { invoke } from "../../aws/lambda";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { useParameter } from "../../pieces/useParameter";
import { InvocationResult } from "./InvocationResult";
import { dropEvent, refusal, savedEvents, saveEvent } from "./saved-events";
import type { PartProps } from "./tabs";
import { TEMPLATES } from "./test-events";
import { TestEventFields } from "./TestEventFields";

const Editor = lazy(() => import("../../pieces/editor/Editor"));

/** Invoke the function with an event, and see what it answers and logs. */
export default function TestTab({ configuration, qualifier }: PartProps) {
  const name = configuration.FunctionName ?? "";
  const [began, setBegan] = useState<number | null>(null);
  const test = useChange(invoke, { touches: ["lambda", "logs"], ownError: true });
  const events = useEvents(qualifier ? (configuration.FunctionArn ?? "").slice(0, -qualifier.length - 1) : (configuration.FunctionArn ?? ""));
  const submit = () => {
    setBegan(Date.now());
    const Payload = new TextEncoder().encode(events.event);
    test.mutate({ FunctionName: name, LogType: "Tail", ...(qualifier ? { Qualifier: qualifier } : {}), Payload });
  };
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={test.error} />
      {test.data && began !== null && <InvocationResult key={began} logGroup={configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`} answer={test.data} />}
      <Container
        header={
          <Header
            variant="h2"
            description="The function is invoked with it at once, and its answer is waited for."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                {events.chosen && <Button onClick={events.drop}>Delete</Button>}
                <Button onClick={events.save}>Save</Button>
                <Button variant="primary" loading={test.isPending} onClick={submit}>
                  Test
                </Button>
              </SpaceBetween>
            }
          >
            Test event
          </Header>
        }
      >
        <SpaceBetween size="m">
          <TestEventFields {...events} />
          <Suspense fallback={<Loading />}>
            <Editor value={events.event} onChange={events.setEvent} language="json" label="Event JSON" height={300} />
          </Suspense>
          <Box color="text-body-secondary" fontSize="body-s">
            Saved events are kept by this browser, for this function, and nobody else sees them.
          </Box>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

/** The event that is edited: a new one from a template, or a saved one, which is in the address. */
function useEvents(arn: string) {
  const [saved, setSaved] = useState(() => savedEvents(arn));
  const [address, setAddress] = useParameter("event");
  const chosen = saved.find((each) => each.name === address);
  const [name, setName] = useState("");
  const [template, setTemplate] = useState(TEMPLATES[0]?.label ?? "");
  const [event, setEvent] = useState(chosen?.event ?? TEMPLATES[0]?.event ?? "{}");
  const [problem, setProblem] = useState("");
  const open = (next: string) => {
    const found = saved.find((each) => each.name === next);
    setAddress(found ? next : "");
    setProblem("");
    if (found) setEvent(found.event);
  };
  const save = () => {
    const wanted = { name: chosen?.name ?? name, event };
    const refused = refusal(saved, wanted);
    setProblem(refused);
    if (refused) return;
    try {
      setSaved(saveEvent(arn, wanted));
    } catch (error) {
      return setProblem(`The browser doesn't keep it: ${String(error)}`);
    }
    setAddress(wanted.name);
  };
  const drop = () => {
    if (!chosen) return;
    setSaved(dropEvent(arn, chosen.name));
    setAddress("");
    setName("");
  };
  const choose = (label: string) => {
    const found = TEMPLATES.find((each) => each.label === label);
    if (!found) return;
    setTemplate(found.label);
    setEvent(found.event);
  };
  return { saved, chosen, name, setName, template, choose, event, setEvent, problem, open, save, drop };
}
