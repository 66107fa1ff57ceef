import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { putRolePolicy } from "../../aws/iam";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { GRANT_COLUMNS } from "../functions/grant-columns";
import { PolicyEditor } from "./PolicyEditor";
import { grants } from "./statements";
import { EMPTY_POLICY } from "./visual";

/** Create an inline policy of a role: specify permissions, then review and name it. */
export default function CreateInlinePolicyPage() {
  const { role = "" } = useParams();
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [text, setText] = useState(EMPTY_POLICY);
  const [name, setName] = useState("");
  const create = useChange(putRolePolicy, { says: `Policy ${name} created.`, ownError: true });
  const submit = () =>
    create.mutate({ RoleName: role, PolicyName: name, PolicyDocument: text }, { onSuccess: () => void navigate(to.role(role)) });
  return (
    <Wizard
      activeStepIndex={step}
      onNavigate={({ detail }) => setStep(detail.requestedStepIndex)}
      onCancel={() => void navigate(to.role(role))}
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
          description: `Inline policy of the role ${role}: what it says is allowed or denied to this role alone.`,
          content: <PolicyEditor value={text} onChange={setText} />,
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
                  description="A name that tells the policy from the role's others."
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
  );
}
