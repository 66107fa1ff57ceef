import type { Tag } from "@aws-sdk/client-iam";

import { useAws, useSteps } from "../../aws/hooks";
import type { Operation } from "../../aws/operation";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { type TagChange, TagsEditor } from "../../pieces/TagsEditor";

interface Props<Entity extends object> {
  /** What names it in requests: `{ RoleName: "R" }`. */
  entity: Entity;
  list: Operation<Entity, Tag[]>;
  tag: Operation<Entity & { Tags: Tag[] }, unknown>;
  untag: Operation<Entity & { TagKeys: string[] }, unknown>;
}

/** The tags of a role or user. */
export function EntityTags<Entity extends object>({ entity, list, tag, untag }: Props<Entity>) {
  const answer = useAws(list, entity);
  const save = useSteps<TagChange, undefined>(
    async ({ set, removed }, step) => {
      if (removed.length) await step(untag, { ...entity, TagKeys: removed });
      if (set.length) await step(tag, { ...entity, Tags: set.map((each) => ({ Key: each.key, Value: each.value })) });
      return undefined;
    },
    { touches: ["iam"], says: "The tags have been saved." },
  );
  if (!answer.data) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const tags = answer.data.map(({ Key = "", Value = "" }) => ({ key: Key, value: Value }));
  return <TagsEditor key={JSON.stringify(tags)} tags={tags} busy={save.isPending} onSave={save.mutate} />;
}
