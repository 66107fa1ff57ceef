import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { useSteps } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { LeaveGuard } from "../../pieces/LeaveGuard";
import { GRANT_COLUMNS } from "../functions/grant-columns";
import { holderOf } from "./inline-holder";
import { PolicyEditor } from "./PolicyEditor";
import { grants } from "./statements";
import { EMPTY_POLICY, lacks } from "./visual";

/** Create an inline policy of a role, user or group: specify permissions, then review and name it. */
export default function CreateInlinePolicyPage() {
  const holder = holderOf(useParams());
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [text, setText] = useState(EMPTY_POLICY);
  const [name, setName] = useState("");
  const create = useSteps<undefined, undefined>(
    async (_input, step) => {
      const policy = { PolicyName: name, PolicyDocument: text };
      await holder.put(policy, step);
      return undefined;
    },
    { touches: ["iam"], says: `Policy ${name} created.`, ownError: true },
  );
  const submit = () => create.mutate(undefined, { onSuccess: () => void navigate(holder.page) });
  const [tried, setTried] = useState(false);
  const lacking = lacks(text);
  const go = (next: number) => {
    setTried(true);
    if (next === 0 || !lacking) setStep(next);
  };
  return (
    <>
      <LeaveGuard changed={text !== EMPTY_POLICY || name !== ""} busy={create.isPending || create.isSuccess} />
      <Wizard
        activeStepIndex={step}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => void navigate(holder.page)}
        onSubmit={submit}
        submitButtonText="Create policy"
        isLoadingNextStep={create.isPending}
        i18nStrings={{
          stepNumberLabel: (number) => `Step ${number}`,
          collapsedStepsLabel: (number, count) => `Step ${number} of ${count}`,
          navigationAriaLabel: "Steps",
          cancelButton: "Cancel",
          previousButton: "Previous",
          nextButton: "Next",
        }}
        steps={[
          {
            title: "Specify permissions",
            description: `Inline policy of the ${holder.kind} ${holder.name}: what it says is allowed or denied to ${holder.kind === "group" ? "its users" : "this one"} alone.`,
            content: <PolicyEditor value={text} onChange={setText} problem={tried ? lacking : null} />,
          },
          {
            title: "Review and create",
            description: "Review the permissions, and give the policy a name.",
            content: (
              <SpaceBetween size="l">
                <ErrorAlert error={create.error} />
                <Container header={<Header variant="h2">Policy details</Header>}>
                  <FormField
                    label="Policy name"
                    description="A name that tells the policy from the others."
                    constraintText="Maximum 128 characters. Use alphanumeric and '+=,.@-_' characters."
                  >
                    <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
                  </FormField>
                </Container>
                <Table
                  header={<Header variant="h2">Permissions defined in this policy</Header>}
                  columnDefinitions={GRANT_COLUMNS.filter((column) => column.id !== "policy")}
                  items={grants(name, text)}
                  wrapLines
                  empty="The policy says nothing yet."
                  ariaLabels={{ tableLabel: "Permissions defined in this policy" }}
                />
              </SpaceBetween>
            ),
          },
        ]}
      />
    </>
  );
}
