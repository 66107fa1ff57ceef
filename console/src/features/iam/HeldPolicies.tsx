import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws, useSteps } from "../../aws/hooks";
import type { Operation } from "../../aws/operation";
import { CodeBlock } from "../../pieces/CodeBlock";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { prettyJson } from "../../pieces/texts";
import { RefreshButton } from "../../pieces/RefreshButton";
import { AttachPoliciesModal } from "./AttachPoliciesModal";
import type { HeldPolicy } from "./held-policies";

export type Step = <A, B>(operation: Operation<A, B>, input: A) => Promise<B>;

/** A role, user or group, and how policies come to it and go. */
export interface Holder {
  kind: "role" | "user" | "group";
  name: string;
  /** Where an inline policy is written. */
  createInline: string;
  attach: (arn: string, step: Step) => Promise<unknown>;
  detach: (arn: string, step: Step) => Promise<unknown>;
  /** Delete an inline policy. */
  drop: (name: string, step: Step) => Promise<unknown>;
}

interface Props<I extends object> {
  holder: Holder;
  list: Operation<I, HeldPolicy[]>;
  input: I;
}

/** The policies of a role, user or group, with their texts; more are attached or written, others removed. */
export function HeldPolicies<I extends object>({ holder, list, input }: Props<I>) {
  const policies = useAws(list, input);
  const [selected, setSelected] = useState<HeldPolicy[]>([]);
  const [attaching, setAttaching] = useState(false);
  const remove = useSteps<HeldPolicy[], undefined>(
    async (all, step) => {
      for (const policy of all) {
        if (policy.arn) await holder.detach(policy.arn, step);
        else await holder.drop(policy.name, step);
      }
      return undefined;
    },
    { touches: ["iam"], says: `Removed ${selected.map((policy) => policy.name).join(", ")} from ${holder.name}.` },
  );
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={policies.error} retry={() => void policies.refetch()} />
      <Table
        items={policies.data ?? []}
        columnDefinitions={[
          {
            id: "name",
            header: "Policy name",
            isRowHeader: true,
            cell: ({ name, arn }) => (
              <Link href={arn ? to.policy(arn) : to.editInlinePolicy(holder.kind, holder.name, name)}>{name}</Link>
            ),
          },
          { id: "kind", header: "Type", cell: (policy) => policy.kind },
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
        empty={
          <Box textAlign="center">
            {holder.kind === "group" ? "No policies: its users may do nothing by it yet" : `No policies: the ${holder.kind} may do nothing by its own yet`}
          </Box>
        }
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
            description="You can attach up to 10 managed policies, and write others into it."
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
                    { id: "inline", text: "Create inline policy", href: holder.createInline },
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
      {attaching && <AttachPoliciesModal holder={holder} has={policies.data ?? []} onClose={() => setAttaching(false)} />}
    </SpaceBetween>
  );
}
