import { listTags, tagResource, untagResource } from "../../aws/dynamodb-settings";
import { useAws } from "../../aws/hooks";
import { ResourceTags } from "../../pieces/ResourceTags";
import { fromPairs, toPairs } from "../../pieces/tags";

/** The tags of a table. */
export function TagsSection({ table: ResourceArn }: { table: string }) {
  return (
    <ResourceTags
      service="dynamodb"
      answer={useAws(listTags, { ResourceArn })}
      tagsOf={fromPairs}
      tag={(step, tags) => step(tagResource, { ResourceArn, Tags: toPairs(tags) })}
      untag={(step, TagKeys) => step(untagResource, { ResourceArn, TagKeys })}
    />
  );
}
