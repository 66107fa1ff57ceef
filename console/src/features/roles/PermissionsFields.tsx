import ExpandableSection from "@cloudscape-design/components/expandable-section";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { PolicyChoice } from "../iam/PolicyChoice";
import { PolicySelect } from "../iam/PolicySelect";

interface Props {
  /** ARNs. */
  policies: string[];
  onPolicies: (arns: string[]) => void;
  boundary: string;
  onBoundary: (arn: string) => void;
}

/** Add permissions: managed policies, and perhaps a boundary. */
export function PermissionsFields({ policies, onPolicies, boundary, onBoundary }: Props) {
  const [bounded, setBounded] = useState(boundary !== "");
  return (
    <SpaceBetween size="l">
      <PolicyChoice
        title="Permissions policies"
        description="Choose up to 10 policies to attach to the new role. Inline policies are written on the role's page."
        value={policies}
        onChange={onPolicies}
      />
      <ExpandableSection variant="container" headerText="Set permissions boundary - optional" defaultExpanded={bounded}>
        <SpaceBetween size="m">
          <RadioGroup
            ariaLabel="Permissions boundary"
            value={bounded ? "bounded" : "free"}
            onChange={({ detail }) => {
              setBounded(detail.value === "bounded");
              if (detail.value === "free") onBoundary("");
            }}
            items={[
              { value: "free", label: "Create role without a permissions boundary" },
              {
                value: "bounded",
                label: "Use a permissions boundary to control the maximum role permissions",
                description: "The role may do what both its policies and the boundary allow.",
              },
            ]}
          />
          {bounded && <PolicySelect label="Permissions boundary" value={boundary} onChange={onBoundary} />}
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}
