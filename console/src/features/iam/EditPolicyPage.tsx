import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { lastPart } from "../../aws/arn";
import { isMissing } from "../../aws/errors";
import { useAws, useSteps } from "../../aws/hooks";
import { createPolicyVersion } from "../../aws/iam-users";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { FormPage } from "../../pieces/FormPage";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { prettyJson } from "../../pieces/texts";
import { useParameter } from "../../pieces/useParameter";
import type { Step } from "./HeldPolicies";
import { decoded } from "./held-policies";
import { holderOf } from "./inline-holder";
import { managedText } from "./managed-text";
import { PolicyEditor } from "./PolicyEditor";
import { linesOf } from "./statement-place";

/** Edit a managed policy, or an inline one of a role, user or group; `statement` of the address says which one is marked. */
export default function EditPolicyPage() {
  const { policy = "", kind, holder = "" } = useParams();
  const owner = kind ? holderOf({ [kind.replace(/s$/, "")]: holder }) : null;
  const read = useAws(owner?.get ?? managedText, { PolicyName: policy });
  const back = owner?.page ?? to.policy(policy);
  const name = lastPart(policy);
  if (isMissing(read.error)) return <NotFound what="policy" name={name} back={{ text: owner?.name ?? "Policies", href: owner ? back : to.policies() }} />;
  if (!read.data) return read.error ? <ErrorAlert error={read.error} retry={() => void read.refetch()} /> : <Loading />;
  const save = (PolicyDocument: string, step: Step) =>
    owner
      ? owner.put({ PolicyName: policy, PolicyDocument }, step)
      : step(createPolicyVersion, { PolicyArn: policy, PolicyDocument, SetAsDefault: true });
  return (
    <PolicyForm
      title={`Modify permissions in ${name}`}
      description={
        owner
          ? `Inline policy of the ${owner.kind} ${owner.name}. It holds as soon as it is saved.`
          : "It is saved as a new version, which is in force at once. The version that it was stays."
      }
      text={prettyJson(decoded(read.data.PolicyDocument))}
      back={back}
      save={save}
      says={`Policy ${name} saved.`}
    />
  );
}

interface FormProps {
  title: string;
  description: string;
  text: string;
  back: string;
  says: string;
  save: (text: string, step: Step) => Promise<unknown>;
}

function PolicyForm({ title, description, text: before, back, says, save }: FormProps) {
  const navigate = useNavigate();
  const [statement] = useParameter("statement");
  const [text, setText] = useState(before);
  const saving = useSteps(save, { touches: ["iam"], says, ownError: true });
  return (
    <FormPage
      title={title}
      description={description}
      submit="Save changes"
      byButton
      onSubmit={() => saving.mutate(text, { onSuccess: () => void navigate(back) })}
      cancel={back}
      busy={saving.isPending}
      error={saving.error}
    >
      <PolicyEditor value={text} onChange={setText} marked={statement ? linesOf(before, Number(statement)) : null} />
    </FormPage>
  );
}
