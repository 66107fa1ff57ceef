import { useAws, useSteps } from "../../aws/hooks";
import { listQueueTags, tagQueue, untagQueue } from "../../aws/sqs";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { type TagChange, TagsEditor } from "../../pieces/TagsEditor";
import type { Queue } from "./queue";

/** The tags of a queue. */
export function QueueTagsTab({ queue }: { queue: Queue }) {
  const answer = useAws(listQueueTags, { QueueUrl: queue.url });
  const save = useSteps<TagChange, undefined>(
    async ({ set, removed }, step) => {
      const Tags = Object.fromEntries(set.map((tag) => [tag.key, tag.value]));
      if (removed.length) await step(untagQueue, { QueueUrl: queue.url, TagKeys: removed });
      if (set.length) await step(tagQueue, { QueueUrl: queue.url, Tags });
      return undefined;
    },
    { touches: ["sqs"], says: "The tags have been saved." },
  );
  if (!answer.data) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const tags = Object.entries(answer.data.Tags ?? {}).map(([key, value]) => ({ key, value }));
  return <TagsEditor key={JSON.stringify(tags)} tags={tags} busy={save.isPending} onSave={save.mutate} />;
}
