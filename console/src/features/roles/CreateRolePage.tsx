import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useSteps } from "../../aws/hooks";
import { session } from "../../aws/session";
import { create, EMPTY_ROLE, missingTrust, type NewRole } from "./new-role";
import { PermissionsFields } from "./PermissionsFields";
import { ReviewRole } from "./ReviewRole";
import { TrustFields } from "./TrustFields";

/** Create role: select whom it trusts, add permissions, then name, review and create it. */
export default function CreateRolePage() {
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [role, setRole] = useState<NewRole>(EMPTY_ROLE);
  const [asked, setAsked] = useState(false);
  const missing = missingTrust(role.trust);
  const change = (part: Partial<NewRole>) => setRole((before) => ({ ...before, ...part }));
  const making = useSteps<NewRole, string>((made, each) => create(made, session()?.account ?? "", each), {
    touches: ["iam"],
    says: (name) => `Role ${name} created.`,
    ownError: true,
  });
  const goTo = (next: number) => {
    setAsked(Boolean(missing));
    setStep(missing ? 0 : next);
  };
  return (
    <Wizard
      activeStepIndex={step}
      onNavigate={({ detail }) => goTo(detail.requestedStepIndex)}
      onCancel={() => void navigate(to.roles())}
      onSubmit={() => making.mutate(role, { onSuccess: (name) => void navigate(to.role(name)) })}
      submitButtonText="Create role"
      isLoadingNextStep={making.isPending}
      steps={[
        {
          title: "Select trusted entity",
          content: <TrustFields value={role.trust} onChange={(trust) => change({ trust })} problem={asked ? missing : undefined} />,
        },
        {
          title: "Add permissions",
          content: (
            <PermissionsFields
              policies={role.policies}
              onPolicies={(policies) => change({ policies })}
              boundary={role.boundary}
              onBoundary={(boundary) => change({ boundary })}
            />
          ),
        },
        {
          title: "Name, review, and create",
          content: <ReviewRole role={role} onChange={change} onEdit={setStep} error={making.error} />,
        },
      ]}
    />
  );
}
