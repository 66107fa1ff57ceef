import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAws, useChange } from "../../../aws/hooks";
import { removePermission } from "../../../aws/lambda-settings";
import { CodeBlock } from "../../../pieces/CodeBlock";
import { DeleteModal } from "../../../pieces/DeleteModal";
import { ResourceTable } from "../../../pieces/ResourceTable";
import { prettyJson } from "../../../pieces/texts";
import type { PartProps } from "../tabs";
import { AddPermissionModal } from "./AddPermissionModal";
import { STATEMENT_COLUMNS } from "./columns";
import { policyOf, type Statement, statementsIn } from "./policy";

/** Who else may call the function, version or alias: the statements of the policy that stands on it. */
export function PolicyStatements({ configuration, qualifier }: PartProps) {
  const target = { FunctionName: configuration.FunctionName, ...(qualifier ? { Qualifier: qualifier } : {}) };
  const policy = useAws(policyOf, { ...target, arn: configuration.FunctionArn ?? "" });
  const [selected, setSelected] = useState<Statement[]>([]);
  const [dialog, setDialog] = useState<"add" | "delete" | null>(null);
  const sid = selected[0]?.sid;
  const remove = useChange(removePermission, { says: `The statement ${sid} was deleted.`, ownError: true });
  const deleted = () => {
    setDialog(null);
    setSelected([]);
  };
  return (
    <SpaceBetween size="xs">
      <ResourceTable
        variant="container"
        query={{ ...policy, data: policy.data === undefined ? undefined : statementsIn(policy.data) }}
        columns={STATEMENT_COLUMNS}
        title="Resource-based policy statements"
        what="statements"
        trackBy="sid"
        findParameter="statement"
        description="Who may call the function, beside those whom their own policies allow it: services, other accounts, everybody."
        wrapLines
        selection={{ selected, onSelect: setSelected, type: "single" }}
        actions={
          <>
            <Button disabled={!sid} onClick={() => setDialog("delete")}>
              Delete
            </Button>
            <Button onClick={() => setDialog("add")}>Add permissions</Button>
          </>
        }
      />
      {policy.data && (
        <ExpandableSection headerText="View policy document" headingTagOverride="h3">
          <CodeBlock label="Resource-based policy" text={prettyJson(policy.data)} />
        </ExpandableSection>
      )}
      {dialog === "add" && <AddPermissionModal target={target} onClose={() => setDialog(null)} />}
      {dialog === "delete" && sid && (
        <DeleteModal
          title="Delete statement"
          busy={remove.isPending}
          error={remove.error}
          onDelete={() => remove.mutate({ ...target, StatementId: sid }, { onSuccess: deleted })}
          onClose={() => setDialog(null)}
        >
          Whom statement <b>{sid}</b> allows to call the function is refused from then on, unless something else allows it.
        </DeleteModal>
      )}
    </SpaceBetween>
  );
}
