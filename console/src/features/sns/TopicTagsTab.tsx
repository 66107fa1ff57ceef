import { useAws, useSteps } from "../../aws/hooks";
import { listTopicTags, tagTopic, untagTopic } from "../../aws/sns";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { type TagChange, TagsEditor } from "../../pieces/TagsEditor";

/** The tags of a topic. */
export function TopicTagsTab({ topic }: { topic: string }) {
  const answer = useAws(listTopicTags, { ResourceArn: topic });
  const save = useSteps<TagChange, undefined>(
    async ({ set, removed }, step) => {
      const Tags = set.map((tag) => ({ Key: tag.key, Value: tag.value }));
      if (removed.length) await step(untagTopic, { ResourceArn: topic, TagKeys: removed });
      if (Tags.length) await step(tagTopic, { ResourceArn: topic, Tags });
      return undefined;
    },
    { touches: ["sns"], says: "The tags have been saved." },
  );
  if (!answer.data) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const tags = (answer.data.Tags ?? []).map((tag) => ({ key: tag.Key ?? "", value: tag.Value ?? "" }));
  return <TagsEditor key={JSON.stringify(tags)} tags={tags} busy={save.isPending} onSave={save.mutate} />;
}
