import Container from "@cloudscape-design/components/container";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { isMissing } from "../../aws/errors";
import { useAws, useChange } from "../../aws/hooks";
import { getRole } from "../../aws/iam";
import { updateAssumeRolePolicy } from "../../aws/iam-roles";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { FormPage } from "../../pieces/FormPage";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { prettyJson } from "../../pieces/texts";
import { decoded } from "../iam/held-policies";
import { TrustEditor } from "./TrustEditor";

/** Edit trust policy: who may take the role on. */
export default function EditTrustPolicyPage() {
  const { role: name = "" } = useParams();
  const answer = useAws(getRole, { RoleName: name });
  const role = answer.data?.Role;
  if (isMissing(answer.error)) return <NotFound what="role" name={name} back={{ text: "Roles", href: to.roles() }} />;
  if (!role) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  return <TrustForm name={name} document={prettyJson(decoded(role.AssumeRolePolicyDocument))} />;
}

function TrustForm({ name, document }: { name: string; document: string }) {
  const navigate = useNavigate();
  const [text, setText] = useState(document);
  const update = useChange(updateAssumeRolePolicy, { says: "Trust policy updated.", ownError: true });
  const back = to.role(name, "trust");
  return (
    <FormPage
      title="Edit trust policy"
      description={`Who may take the role ${name} on. It holds at once, also for Lambda and its triggers.`}
      submit="Update policy"
      byButton
      onSubmit={() => update.mutate({ RoleName: name, PolicyDocument: text }, { onSuccess: () => void navigate(back) })}
      cancel={back}
      busy={update.isPending}
      error={update.error}
    >
      <Container>
        <TrustEditor value={text} onChange={setText} />
      </Container>
    </FormPage>
  );
}
