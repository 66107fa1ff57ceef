import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";

import { lastPart } from "../../aws/arn";
import { wording } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { listRoles } from "../../aws/iam";
import { listGroups } from "../../aws/iam-groups";
import { listUsers } from "../../aws/iam-users";

interface Props {
  /** An ARN; empty where nobody is chosen. */
  value: string;
  onChange: (arn: string) => void;
}

/** Choose a user, group or role. */
export function PrincipalField({ value, onChange }: Props) {
  const users = useAws(listUsers, {});
  const groups = useAws(listGroups, {});
  const roles = useAws(listRoles, {});
  const sections = [
    { label: "Users", options: (users.data ?? []).map(({ UserName = "", Arn = "" }) => ({ value: Arn, label: UserName })) },
    { label: "User groups", options: (groups.data ?? []).map(({ GroupName = "", Arn = "" }) => ({ value: Arn, label: GroupName })) },
    { label: "Roles", options: (roles.data ?? []).map(({ RoleName = "", Arn = "" }) => ({ value: Arn, label: RoleName })) },
  ].filter((section) => section.options.length > 0);
  const options = sections.flatMap((section) => section.options);
  const error = users.error ?? groups.error ?? roles.error;
  return (
    <FormField label="User, group or role" description="Whose policies are asked." errorText={error ? wording(error) : ""} stretch>
      <Select
        placeholder="Choose a user, group or role"
        filteringType="auto"
        filteringPlaceholder="Find users, groups and roles"
        filteringAriaLabel="Find users, groups and roles"
        selectedOption={value ? (options.find((option) => option.value === value) ?? { value, label: lastPart(value) }) : null}
        options={sections}
        statusType={users.isPending || groups.isPending || roles.isPending ? "loading" : "finished"}
        loadingText="Asking for users, groups and roles"
        empty="There is nobody"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
