import { useAws, useSteps } from "../../aws/hooks";
import { listFunctionTags, tagFunction, untagFunction } from "../../aws/lambda-settings";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { type TagChange, TagsEditor } from "../../pieces/TagsEditor";
import type { PartProps } from "./tabs";

/** The tags of a function. */
export default function TagsSection({ configuration }: PartProps) {
  const Resource = configuration.FunctionArn;
  const answer = useAws(listFunctionTags, { Resource });
  const save = useSteps<TagChange, undefined>(
    async ({ set, removed }, step) => {
      if (removed.length) await step(untagFunction, { Resource, TagKeys: removed });
      if (set.length) await step(tagFunction, { Resource, Tags: Object.fromEntries(set.map((tag) => [tag.key, tag.value])) });
      return undefined;
    },
    { touches: ["lambda"], says: "The tags have been saved." },
  );
  if (!answer.data) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const tags = Object.entries(answer.data.Tags ?? {}).map(([key, value]) => ({ key, value }));
  return <TagsEditor key={JSON.stringify(tags)} tags={tags} busy={save.isPending} onSave={save.mutate} />;
}
