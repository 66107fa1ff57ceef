import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useState } from "react";

import { useChange } from "../../aws/hooks";
import { invoke } from "../../aws/lambda";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { InvocationResult } from "./InvocationResult";
import type { PartProps } from "./tabs";
import { TEMPLATES } from "./test-events";

const Editor = lazy(() => import("../../pieces/editor/Editor"));

/** Invoke the function with an event, and see what it answers and logs. */
export default function TestTab({ configuration, qualifier }: PartProps) {
  const name = configuration.FunctionName ?? "";
  const [template, setTemplate] = useState(TEMPLATES[0]?.label ?? "");
  const [event, setEvent] = useState(TEMPLATES[0]?.event ?? "{}");
  const [began, setBegan] = useState<number | null>(null);
  const test = useChange(invoke, { touches: ["lambda", "logs"], ownError: true });
  const submit = () => {
    setBegan(Date.now());
    test.mutate({ FunctionName: name, LogType: "Tail", ...(qualifier ? { Qualifier: qualifier } : {}), Payload: new TextEncoder().encode(event) });
  };
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={test.error} />
      {test.data && began !== null && <InvocationResult key={began} functionName={name} answer={test.data} />}
      <Container
        header={
          <Header
            variant="h2"
            description="The function is invoked with it at once, and its answer is waited for."
            actions={
              <Button variant="primary" loading={test.isPending} onClick={submit}>
                Test
              </Button>
            }
          >
            Test event
          </Header>
        }
      >
        <SpaceBetween size="m">
          <FormField label="Template">
            <Select
              selectedOption={{ value: template, label: template }}
              options={TEMPLATES.map(({ label, description }) => ({ value: label, label, description }))}
              onChange={({ detail }) => {
                const chosen = TEMPLATES.find((each) => each.label === detail.selectedOption.value);
                if (!chosen) return;
                setTemplate(chosen.label);
                setEvent(chosen.event);
              }}
            />
          </FormField>
          <Suspense fallback={<Loading />}>
            <Editor value={event} onChange={setEvent} language="json" label="Event JSON" height={300} />
          </Suspense>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}
