import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { type Tag, TagsContainer } from "./TagsContainer";

export interface TagChange {
  /** New ones, and those with another value. */
  set: Tag[];
  /** Keys. */
  removed: string[];
}

interface Props {
  tags: Tag[];
  busy: boolean;
  onSave: (change: TagChange) => void;
}

/** The tags of a resource that is there: changed together, and saved. Give it a `key` of the tags, so that new ones come in. */
export function TagsEditor({ tags, busy, onSave }: Props) {
  const [edited, setEdited] = useState(tags);
  const change = changeOf(tags, edited);
  return (
    <SpaceBetween size="s">
      <TagsContainer tags={edited} onChange={setEdited} />
      <SpaceBetween direction="horizontal" size="xs">
        <Button loading={busy} disabled={change.set.length + change.removed.length === 0} onClick={() => onSave(change)}>
          Save tags
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}

/** What leads from some tags to others; one without a key counts for nothing. */
export function changeOf(before: Tag[], after: Tag[]): TagChange {
  const wanted = after.filter((tag) => tag.key);
  return {
    set: wanted.filter((tag) => !before.some((old) => old.key === tag.key && old.value === tag.value)),
    removed: before.map((tag) => tag.key).filter((key) => !wanted.some((tag) => tag.key === key)),
  };
}
