import Link from "@cloudscape-design/components/link";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { listEntitiesForPolicy } from "../../aws/iam-users";
import type { Operation } from "../../aws/operation";
import { ResourceTable } from "../../pieces/ResourceTable";

interface Entity {
  id: string;
  kind: "User" | "Group" | "Role";
  name: string;
}

const PAGES = { User: to.user, Group: to.group, Role: to.role };

const entities: Operation<{ PolicyArn: string }, Entity[]> = {
  service: "iam",
  name: "EntitiesForPolicy",
  send: async (input, signal) => {
    const { PolicyUsers = [], PolicyGroups = [], PolicyRoles = [] } = await listEntitiesForPolicy.send(input, signal);
    const as = (kind: Entity["kind"], names: (string | undefined)[]) => names.map((name = ""): Entity => ({ id: `${kind} ${name}`, kind, name }));
    return [
      ...as("User", PolicyUsers.map((each) => each.UserName)),
      ...as("Group", PolicyGroups.map((each) => each.GroupName)),
      ...as("Role", PolicyRoles.map((each) => each.RoleName)),
    ];
  },
};

/** Whom a policy is attached to. */
export function PolicyEntities({ arn }: { arn: string }) {
  const answer = useAws(entities, { PolicyArn: arn });
  return (
    <ResourceTable
      variant="container"
      query={answer}
      columns={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          cell: ({ kind, name }) => <Link href={PAGES[kind](name)}>{name}</Link>,
        },
        { id: "kind", header: "Entity type", cell: (entity) => entity.kind },
      ]}
      title="Entities attached"
      what="entities"
      trackBy="id"
    />
  );
}
