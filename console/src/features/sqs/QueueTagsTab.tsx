import { useAws } from "../../aws/hooks";
import { listQueueTags, tagQueue, untagQueue } from "../../aws/sqs";
import { ResourceTags } from "../../pieces/ResourceTags";
import { fromRecord, toRecord } from "../../pieces/tags";
import type { Queue } from "./queue";

/** The tags of a queue. */
export function QueueTagsTab({ queue: { url: QueueUrl } }: { queue: Queue }) {
  return (
    <ResourceTags
      service="sqs"
      answer={useAws(listQueueTags, { QueueUrl })}
      tagsOf={({ Tags }) => fromRecord(Tags)}
      tag={(step, tags) => step(tagQueue, { QueueUrl, Tags: toRecord(tags) })}
      untag={(step, TagKeys) => step(untagQueue, { QueueUrl, TagKeys })}
    />
  );
}
