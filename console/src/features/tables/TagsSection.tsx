import { listTags, tagResource, untagResource } from "../../aws/dynamodb-settings";
import { useAws, useSteps } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { type TagChange, TagsEditor } from "../../pieces/TagsEditor";

/** The tags of a table. */
export function TagsSection({ table }: { table: string }) {
  const answer = useAws(listTags, { ResourceArn: table });
  const save = useSteps<TagChange, undefined>(
    async ({ set, removed }, step) => {
      const Tags = set.map((tag) => ({ Key: tag.key, Value: tag.value }));
      if (removed.length) await step(untagResource, { ResourceArn: table, TagKeys: removed });
      if (Tags.length) await step(tagResource, { ResourceArn: table, Tags });
      return undefined;
    },
    { touches: ["dynamodb"], says: "The tags have been saved." },
  );
  if (!answer.data) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const tags = answer.data.map((tag) => ({ key: tag.Key ?? "", value: tag.Value ?? "" }));
  return <TagsEditor key={JSON.stringify(tags)} tags={tags} busy={save.isPending} onSave={save.mutate} />;
}
