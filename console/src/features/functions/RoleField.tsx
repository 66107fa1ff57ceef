import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { wording } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { listRoles } from "../../aws/iam";

interface Props {
  functionName: string;
  /** The ARN of the chosen role; null for a new one. */
  value: string | null;
  onChange: (role: string | null) => void;
}

/** The execution role: a new one with basic permissions, or one that is there. */
export function RoleField({ functionName, value, onChange }: Props) {
  const [existing, setExisting] = useState(value !== null);
  const roles = useAws(listRoles, existing ? {} : null);
  const options = (roles.data ?? [])
    .filter((role) => decodeURIComponent(role.AssumeRolePolicyDocument ?? "").includes("lambda.amazonaws.com"))
    .map((role) => ({ value: role.Arn ?? "", label: role.RoleName ?? "" }));
  return (
    <SpaceBetween size="xs">
      <div>
        By default, the function gets a role of its own, <b>{functionName || "name"}-role</b>, with the permission to write logs.
      </div>
      <ExpandableSection headerText="Change default execution role" headingTagOverride="h3">
        <SpaceBetween size="m">
          <FormField label="Execution role" description="Defines what the function may do.">
            <RadioGroup
              value={existing ? "existing" : "new"}
              onChange={({ detail }) => {
                setExisting(detail.value === "existing");
                if (detail.value === "new") onChange(null);
              }}
              items={[
                { value: "new", label: "Create a new role with basic Lambda permissions" },
                { value: "existing", label: "Use an existing role" },
              ]}
            />
          </FormField>
          {existing && (
            <FormField
              label="Existing role"
              description="Roles that Lambda may take on."
              errorText={roles.error ? wording(roles.error) : ""}
            >
              <Select
                placeholder="Choose a role"
                filteringType="auto"
                selectedOption={options.find((option) => option.value === value) ?? null}
                options={options}
                statusType={roles.isPending ? "loading" : "finished"}
                loadingText="Asking for roles"
                empty="No role trusts Lambda"
                onChange={({ detail }) => onChange(detail.selectedOption.value ?? null)}
              />
            </FormField>
          )}
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}
