import type { UseQueryResult } from "@tanstack/react-query";

import { type Step, useSteps } from "../aws/hooks";
import type { Service } from "../aws/operation";
import { ErrorAlert } from "./ErrorAlert";
import { Loading } from "./Loading";
import type { Tag } from "./TagsContainer";
import { type TagChange, TagsEditor } from "./TagsEditor";

interface Props<Answer> {
  service: Service;
  answer: UseQueryResult<Answer>;
  tagsOf: (answer: Answer) => Tag[];
  /** Neither is called without any tags. */
  tag: (step: Step, tags: Tag[]) => Promise<unknown>;
  untag: (step: Step, keys: string[]) => Promise<unknown>;
}

/** The tags of a resource that is there, to be changed together. */
export function ResourceTags<Answer>({ service, answer, tagsOf, tag, untag }: Props<Answer>) {
  const save = useSteps<TagChange, undefined>(
    async ({ set, removed }, step) => {
      if (removed.length) await untag(step, removed);
      if (set.length) await tag(step, set);
      return undefined;
    },
    { touches: [service], says: "The tags have been saved." },
  );
  if (!answer.data) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const tags = tagsOf(answer.data);
  return <TagsEditor key={JSON.stringify(tags)} tags={tags} busy={save.isPending} onSave={save.mutate} />;
}
