import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { describeTable } from "../../aws/dynamodb";
import { problemOf } from "../../aws/errors";
import { useAws, useChange } from "../../aws/hooks";
import { createEventSourceMapping } from "../../aws/lambda";
import { FormPage } from "../../pieces/FormPage";
import { useParameter } from "../../pieces/useParameter";
import { AccessCheck } from "./AccessCheck";
import { FixPermissionModal } from "./FixPermissionModal";
import { FunctionField } from "./FunctionField";
import { createTriggerInput, isNumber, NEW_TRIGGER, type NewTrigger } from "./new-trigger";
import { lacksStreamPermission } from "./stream-policy";
import { TriggerOptions } from "./TriggerOptions";

/** Connect the stream of a table with a function. */
export default function CreateTriggerPage() {
  const { table: name = "" } = useParams();
  const navigate = useNavigate();
  const [functionName, setFunctionName] = useParameter("function");
  const [options, setOptions] = useState(NEW_TRIGGER);
  const [fixing, setFixing] = useState(false);
  const table = useAws(describeTable, { TableName: name });
  const stream = table.data?.Table?.LatestStreamArn;
  const create = useChange(createEventSourceMapping, { says: "The trigger was created successfully.", ownError: true });
  const change = (part: Partial<NewTrigger>) => setOptions((before) => ({ ...before, ...part }));
  const submit = () =>
    create.mutate(createTriggerInput({ ...options, function: functionName }, stream ?? ""), {
      onSuccess: () => void navigate(to.table(name, "streams")),
    });
  const problem = create.error ? problemOf(create.error) : null;
  const curable = problem !== null && lacksStreamPermission(problem.code, problem.message);
  return (
    <>
      <FormPage
        title="Create a trigger"
        description="A function is invoked with the records of the stream, some at a time, in their order."
        submit="Create trigger"
        onSubmit={submit}
        cancel={to.table(name, "streams")}
        busy={create.isPending}
        values={options}
        disabled={!stream || !functionName}
        error={create.error ?? table.error}
        cure={
          curable && (
            <Button formAction="none" onClick={() => setFixing(true)}>
              Fix permission
            </Button>
          )
        }
      >
        {table.data && !stream && (
          <Alert type="warning" action={<Button href={to.turnOnStream(name)}>Turn on stream</Button>}>
            The stream of {name} is off, and a trigger reads from it.
          </Alert>
        )}
        <Container header={<Header variant="h2">AWS Lambda function details</Header>}>
          <SpaceBetween size="l">
            <SpaceBetween size="xs">
              <FunctionField value={functionName} onChange={setFunctionName} />
              {functionName && stream && (
                <AccessCheck
                  functionName={functionName}
                  streamArn={stream}
                  {...(curable ? {} : { onFix: () => setFixing(true) })}
                />
              )}
            </SpaceBetween>
            <FormField
              label="Batch size"
              description="The most records that the function is invoked with at once."
              constraintText="From 1 to 10,000."
              errorText={isNumber(options.batchSize) ? "" : "A whole number"}
            >
              <Input
                type="number"
                value={options.batchSize}
                onChange={({ detail }) => change({ batchSize: detail.value })}
              />
            </FormField>
            <Checkbox
              checked={options.enabled}
              onChange={({ detail }) => change({ enabled: detail.checked })}
              description="The function is invoked as soon as there are records."
            >
              Turn on trigger
            </Checkbox>
            <TriggerOptions value={options} onChange={change} />
          </SpaceBetween>
        </Container>
        {stream && (
          <div>
            It reads <Link href={to.table(name, "streams")}>{stream}</Link>
          </div>
        )}
      </FormPage>
      {fixing && stream && (
        <FixPermissionModal
          functionName={functionName}
          streamArn={stream}
          onClose={() => setFixing(false)}
          retry={curable}
          onFixed={() => {
            setFixing(false);
            if (curable) submit();
          }}
        />
      )}
    </>
  );
}
