import Button from "@cloudscape-design/components/button";
import { type ComponentProps, type ReactNode, useState } from "react";

import { ResourceTable } from "./ResourceTable";

interface Props<Item> extends Omit<ComponentProps<typeof ResourceTable<Item>>, "selection" | "actions"> {
  /** Where one is made, and what the button there says. */
  create: { text: string; href: string };
  /** Further buttons, in front of the one that deletes and behind it. */
  before?: ReactNode;
  after?: (selected: Item[]) => ReactNode;
  /** The dialog that asks and deletes; `onClose` says whether it has. */
  deletion: (selected: Item[], onClose: (done: boolean) => void) => ReactNode;
}

/** A list of resources, of which some can be chosen and deleted. */
export function DeletableTable<Item>({ create, before, after, deletion, ...table }: Props<Item>) {
  const [selected, setSelected] = useState<Item[]>([]);
  const [deleting, setDeleting] = useState(false);
  const close = (done: boolean) => {
    setDeleting(false);
    if (done) setSelected([]);
  };
  return (
    <>
      <ResourceTable
        {...table}
        selection={{ selected, onSelect: setSelected }}
        actions={
          <>
            {before}
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            {after?.(selected)}
            <Button variant="primary" href={create.href}>
              {create.text}
            </Button>
          </>
        }
      />
      {deleting && deletion(selected, close)}
    </>
  );
}
