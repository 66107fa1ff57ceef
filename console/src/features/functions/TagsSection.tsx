import { useAws } from "../../aws/hooks";
import { listFunctionTags, tagFunction, untagFunction } from "../../aws/lambda-settings";
import { ResourceTags } from "../../pieces/ResourceTags";
import { fromRecord, toRecord } from "../../pieces/tags";
import type { PartProps } from "./tabs";

/** The tags of a function. */
export default function TagsSection({ configuration: { FunctionArn: Resource } }: PartProps) {
  return (
    <ResourceTags
      service="lambda"
      answer={useAws(listFunctionTags, { Resource })}
      tagsOf={({ Tags }) => fromRecord(Tags)}
      tag={(step, tags) => step(tagFunction, { Resource, Tags: toRecord(tags) })}
      untag={(step, TagKeys) => step(untagFunction, { Resource, TagKeys })}
    />
  );
}
