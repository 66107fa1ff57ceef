import { useAws } from "../../aws/hooks";
import { listTopicTags, tagTopic, untagTopic } from "../../aws/sns";
import { ResourceTags } from "../../pieces/ResourceTags";
import { fromPairs, toPairs } from "../../pieces/tags";

/** The tags of a topic. */
export function TopicTagsTab({ topic: ResourceArn }: { topic: string }) {
  return (
    <ResourceTags
      service="sns"
      answer={useAws(listTopicTags, { ResourceArn })}
      tagsOf={({ Tags }) => fromPairs(Tags)}
      tag={(step, tags) => step(tagTopic, { ResourceArn, Tags: toPairs(tags) })}
      untag={(step, TagKeys) => step(untagTopic, { ResourceArn, TagKeys })}
    />
  );
}
