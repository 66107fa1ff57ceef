import Button from "@cloudscape-design/components/button";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";

import { useAws, useSteps } from "../../aws/hooks";
import { addUserToGroup } from "../../aws/iam-groups";
import { removeUserFromGroup } from "../../aws/iam-users";
import type { Operation } from "../../aws/operation";
import { ChooseModal } from "../../pieces/ChooseModal";
import { ResourceTable } from "../../pieces/ResourceTable";

interface Membership {
  GroupName: string;
  UserName: string;
}

interface Props<Item, Asked extends object> {
  title: string;
  description: string;
  /** What the button says: "Add users". */
  add: string;
  /** Title of the dialog that adds. */
  addTitle: string;
  /** In the plural: "Users". */
  what: string;
  /** Those that belong together with the one whose page this is. */
  list: Operation<Asked, Item[]>;
  asked: Asked;
  /** All that could. */
  all: Operation<object, Item[]>;
  nameOf: (item: Item) => string;
  trackBy: string;
  columns: TableProps.ColumnDefinition<Item>[];
  /** The membership that a name stands for. */
  membership: (name: string) => Membership;
}

/** The users of a group, or the groups of a user: more are added, others removed. */
export function Memberships<Item, Asked extends object>(props: Props<Item, Asked>) {
  const { what, nameOf, membership } = props;
  const listed = useAws(props.list, props.asked);
  const [selected, setSelected] = useState<Item[]>([]);
  const [adding, setAdding] = useState(false);
  const remove = useSteps<Item[], undefined>(
    async (all, step) => {
      for (const item of all) await step(removeUserFromGroup, membership(nameOf(item)));
      return undefined;
    },
    { touches: ["iam"], says: (_answer, all) => all.map((item) => wordsOf("Removed", "from", membership(nameOf(item)))).join(" ") },
  );
  return (
    <>
      <ResourceTable
        variant="container"
        query={listed}
        columns={props.columns}
        title={props.title}
        what={what.toLowerCase()}
        trackBy={props.trackBy}
        description={props.description}
        selection={{ selected, onSelect: setSelected }}
        actions={
          <>
            <Button
              disabled={selected.length === 0}
              loading={remove.isPending}
              onClick={() => remove.mutate(selected, { onSuccess: () => setSelected([]) })}
            >
              Remove
            </Button>
            <Button variant="primary" onClick={() => setAdding(true)}>
              {props.add}
            </Button>
          </>
        }
      />
      {adding && <AddModal {...props} has={(listed.data ?? []).map(nameOf)} onClose={() => setAdding(false)} />}
    </>
  );
}

type AddProps<Item, Asked extends object> = Props<Item, Asked> & { has: string[]; onClose: () => void };

function AddModal<Item, Asked extends object>({ add, addTitle, what, all, nameOf, membership, has, onClose }: AddProps<Item, Asked>) {
  const candidates = useAws(all, {});
  const adding = useSteps<string[], undefined>(
    async (names, step) => {
      for (const name of names) await step(addUserToGroup, membership(name));
      return undefined;
    },
    { touches: ["iam"], says: (_answer, names) => names.map((name) => wordsOf("Added", "to", membership(name))).join(" "), ownError: true },
  );
  const names = candidates.data?.map(nameOf).filter((name) => !has.includes(name));
  return (
    <ChooseModal
      title={addTitle}
      action={add}
      label={what}
      options={names?.map((name) => ({ value: name, label: name }))}
      busy={adding.isPending}
      error={candidates.error ?? adding.error}
      onChoose={(chosen) => adding.mutate(chosen, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}

function wordsOf(done: string, preposition: string, { UserName, GroupName }: Membership): string {
  return `${done} ${UserName} ${preposition} ${GroupName}.`;
}
