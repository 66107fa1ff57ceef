import type { Policy } from "@aws-sdk/client-iam";

import { useAws } from "../../aws/hooks";
import { ResourceTable } from "../../pieces/ResourceTable";
import { policies } from "./all-policies";
import { MANAGED_COLUMNS } from "./user-columns";

interface Props {
  /** "Permissions policies". */
  title: string;
  description: string;
  /** ARNs. */
  value: string[];
  onChange: (arns: string[]) => void;
}

const COLUMNS = MANAGED_COLUMNS.filter((column) => column.id !== "used");

/** Choose managed policies for somebody who is being made. */
export function PolicyChoice({ title, description, value, onChange }: Props) {
  const answer = useAws(policies, {});
  const selected = (answer.data ?? []).filter((policy) => value.includes(policy.Arn ?? ""));
  return (
    <ResourceTable<Policy>
      variant="container"
      query={answer}
      columns={COLUMNS}
      title={title}
      what="policies"
      trackBy="Arn"
      description={description}
      selection={{ selected, onSelect: (chosen) => onChange(chosen.map((policy) => policy.Arn ?? "")) }}
      findParameter="findPolicies"
    />
  );
}
