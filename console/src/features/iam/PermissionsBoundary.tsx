import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { to } from "../../app/paths";
import { lastPart } from "../../aws/arn";
import { useChange } from "../../aws/hooks";
import type { Operation } from "../../aws/operation";
import { FormModal } from "../../pieces/FormModal";
import { PolicySelect } from "./PolicySelect";

interface Props<Entity extends object> {
  kind: "role" | "user";
  /** What names it in requests: `{ RoleName: "R" }`. */
  entity: Entity;
  /** The ARN of the boundary that it has; empty for none. */
  value: string;
  put: Operation<Entity & { PermissionsBoundary: string }, object>;
  remove: Operation<Entity, object>;
}

/** The policy that caps what a role or user may do: set, changed or removed. */
export function PermissionsBoundary<Entity extends object>({ kind, entity, value, put, remove }: Props<Entity>) {
  const [editing, setEditing] = useState(false);
  const removing = useChange(remove, { says: "Permissions boundary removed." });
  return (
    <ExpandableSection
      variant="container"
      headerText={`Permissions boundary (${value ? "set" : "not set"})`}
      headerActions={
        value ? (
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => setEditing(true)}>Change boundary</Button>
            <Button loading={removing.isPending} onClick={() => removing.mutate(entity)}>
              Remove boundary
            </Button>
          </SpaceBetween>
        ) : (
          <Button onClick={() => setEditing(true)}>Set permissions boundary</Button>
        )
      }
      defaultExpanded={value !== ""}
    >
      {value ? (
        <Box>
          The {kind} may do what both its policies and <Link href={to.policy(value)}>{lastPart(value)}</Link> allow.
        </Box>
      ) : (
        <Box color="text-body-secondary">
          Set a permissions boundary to control the maximum permissions this {kind} can have. This is not a common setting, but it lets others
          manage permissions within limits.
        </Box>
      )}
      {editing && <BoundaryModal entity={entity} value={value} put={put} onClose={() => setEditing(false)} />}
    </ExpandableSection>
  );
}

function BoundaryModal<Entity extends object>({
  entity,
  value,
  put,
  onClose,
}: Pick<Props<Entity>, "entity" | "value" | "put"> & { onClose: () => void }) {
  const [arn, setArn] = useState(value);
  const set = useChange(put, { says: "Permissions boundary set.", ownError: true });
  return (
    <FormModal
      title={value ? "Change permissions boundary" : "Set permissions boundary"}
      action={value ? "Change boundary" : "Set boundary"}
      busy={set.isPending}
      error={set.error}
      disabled={!arn}
      onSubmit={() => set.mutate({ ...entity, PermissionsBoundary: arn }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <PolicySelect label="Permissions boundary" value={arn} onChange={setArn} />
    </FormModal>
  );
}
