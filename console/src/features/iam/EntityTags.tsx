import type { Tag } from "@aws-sdk/client-iam";

import { useAws } from "../../aws/hooks";
import type { Operation } from "../../aws/operation";
import { ResourceTags } from "../../pieces/ResourceTags";
import { fromPairs, toPairs } from "../../pieces/tags";

interface Props<Entity extends object> {
  /** What names it in requests: `{ RoleName: "R" }`. */
  entity: Entity;
  list: Operation<Entity, Tag[]>;
  tag: Operation<Entity & { Tags: Tag[] }, unknown>;
  untag: Operation<Entity & { TagKeys: string[] }, unknown>;
}

/** The tags of a role or user. */
export function EntityTags<Entity extends object>({ entity, list, tag, untag }: Props<Entity>) {
  return (
    <ResourceTags
      service="iam"
      answer={useAws(list, entity)}
      tagsOf={fromPairs}
      tag={(step, tags) => step(tag, { ...entity, Tags: toPairs(tags) })}
      untag={(step, TagKeys) => step(untag, { ...entity, TagKeys })}
    />
  );
}
