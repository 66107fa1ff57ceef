import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws, useSteps } from "../../aws/hooks";
import { deleteRolePolicy, detachRolePolicy } from "../../aws/iam";
import { CodeBlock } from "../../pieces/CodeBlock";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { prettyJson } from "../../pieces/texts";
import { RefreshButton } from "../../pieces/RefreshButton";
import { AttachPoliciesModal } from "./AttachPoliciesModal";
import { POLICY_COLUMNS } from "./columns";
import { rolePolicies, type RolePolicy } from "./role-policies";

/** The policies of a role, with their texts; more are attached or written, others removed. */
export function RolePolicies({ role }: { role: string }) {
  const policies = useAws(rolePolicies, { RoleName: role });
  const [selected, setSelected] = useState<RolePolicy[]>([]);
  const [attaching, setAttaching] = useState(false);
  const remove = useSteps<RolePolicy[], undefined>(
    async (all, step) => {
      for (const policy of all) {
        if (policy.arn) await step(detachRolePolicy, { RoleName: role, PolicyArn: policy.arn });
        else await step(deleteRolePolicy, { RoleName: role, PolicyName: policy.name });
      }
      return undefined;
    },
    { touches: ["iam"], says: `Removed ${selected.map((policy) => policy.name).join(", ")} from ${role}.` },
  );
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={policies.error} retry={() => void policies.refetch()} />
      <Table
        items={policies.data ?? []}
        columnDefinitions={[
          ...POLICY_COLUMNS,
          {
            id: "document",
            header: "What it says",
            cell: (policy) => (
              <ExpandableSection variant="inline" headerText="JSON" headerAriaLabel={`JSON of ${policy.name}`}>
                <CodeBlock label={`Policy ${policy.name}`} text={prettyJson(policy.document)} />
              </ExpandableSection>
            ),
          },
        ]}
        trackBy="name"
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        loading={policies.isPending && !policies.error}
        loadingText="Asking for policies"
        empty={<Box textAlign="center">No policies: the role may do nothing yet</Box>}
        ariaLabels={{
          tableLabel: "Permissions policies",
          selectionGroupLabel: "Choice of policies",
          allItemsSelectionLabel: () => "Choose all policies",
          itemSelectionLabel: (_chosen, policy) => `Choose ${policy.name}`,
        }}
        header={
          <Header
            variant="h2"
            counter={policies.data ? `(${policies.data.length})` : ""}
            description="You can attach up to 10 managed policies, and write others into the role."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <RefreshButton of={policies} />
                <Button
                  disabled={selected.length === 0}
                  loading={remove.isPending}
                  onClick={() => remove.mutate(selected, { onSuccess: () => setSelected([]) })}
                >
                  Remove
                </Button>
                <ButtonDropdown
                  items={[
                    { id: "attach", text: "Attach policies" },
                    { id: "inline", text: "Create inline policy", href: to.createInlinePolicy(role) },
                  ]}
                  onItemClick={({ detail }) => {
                    if (detail.id === "attach") setAttaching(true);
                  }}
                >
                  Add permissions
                </ButtonDropdown>
              </SpaceBetween>
            }
          >
            Permissions policies
          </Header>
        }
      />
      {attaching && <AttachPoliciesModal role={role} has={policies.data ?? []} onClose={() => setAttaching(false)} />}
    </SpaceBetween>
  );
}
