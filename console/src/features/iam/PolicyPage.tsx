import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { lastPart } from "../../aws/arn";
import { useAws, useSteps } from "../../aws/hooks";
import { getPolicy } from "../../aws/iam";
import { deletePolicy, deletePolicyVersion, listPolicyVersions } from "../../aws/iam-users";
import { Copyable } from "../../pieces/Copyable";
import { DeleteModal } from "../../pieces/DeleteModal";
import { DetailPage } from "../../pieces/DetailPage";
import { timeText } from "../../pieces/texts";
import { useDeletion } from "../../pieces/useDeletion";
import { PolicyEntities } from "./PolicyEntities";
import { PolicyVersions } from "./PolicyVersions";
import { isAws } from "./user-columns";

/** One managed policy: what each of its versions says, and to whom it is attached. */
export default function PolicyPage() {
  const { policy: arn = "" } = useParams();
  const deletion = useDeletion(to.policies());
  const answer = useAws(getPolicy, { PolicyArn: arn });
  const name = lastPart(arn);
  return (
    <DetailPage
      what="policy"
      name={name}
      back={{ text: "Policies", href: to.policies() }}
      query={answer}
      found={answer.data?.Policy}
      description={(policy) => policy.Description}
      actions={() => !isAws(arn) && <Button onClick={deletion.ask}>Delete</Button>}
      summary={(policy) => (
        <Container header={<Header variant="h2">Policy details</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Type", value: isAws(arn) ? "AWS managed" : "Customer managed" },
              { label: "Created", value: timeText(policy.CreateDate) },
              { label: "Edited", value: timeText(policy.UpdateDate) },
              { label: "ARN", value: <Copyable text={arn} what="ARN" /> },
            ]}
          />
        </Container>
      )}
      tabs={() => [
        { id: "versions", label: "Permissions and versions", content: <PolicyVersions arn={arn} /> },
        { id: "entities", label: "Entities attached", content: <PolicyEntities arn={arn} /> },
      ]}
    >
      {() => deletion.asking && <DeletePolicy arn={arn} onClose={deletion.close} />}
    </DetailPage>
  );
}

function DeletePolicy({ arn, onClose }: { arn: string; onClose: (done: boolean) => void }) {
  const name = lastPart(arn);
  const remove = useSteps<string, undefined>(
    async (PolicyArn, step) => {
      const old = (await listPolicyVersions.send({ PolicyArn })).filter((version) => !version.IsDefaultVersion);
      for (const { VersionId } of old) await step(deletePolicyVersion, { PolicyArn, VersionId });
      await step(deletePolicy, { PolicyArn });
      return undefined;
    },
    { touches: ["iam"], says: `Deleted ${name}.`, ownError: true, leaves: true },
  );
  return (
    <DeleteModal
      title="Delete policy"
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(arn, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{name}</b> and all its versions will be deleted for good. It must be attached to nobody.
    </DeleteModal>
  );
}
