import { isMissing } from "../../aws/errors";
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from "../../aws/dynamodb-settings";
import { useAws, useChange } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { PolicyPanel } from "../../pieces/PolicyPanel";
import type { TabProps } from "./tabs";

/** Who, of other accounts and services too, may use the table and its indexes. */
export default function PermissionsTab({ table }: TabProps) {
  const ResourceArn = table.TableArn ?? "";
  const answer = useAws(getResourcePolicy, { ResourceArn });
  const put = useChange(putResourcePolicy, { says: "The resource-based policy has been saved.", ownError: true });
  const remove = useChange(deleteResourcePolicy, { says: "The resource-based policy has been deleted.", ownError: true });
  // Once more after it was deleted, the last answer is still there beside the error.
  const none = isMissing(answer.error);
  if (!answer.data && !none) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  const { Policy: policy = "", RevisionId: revision } = (none ? undefined : answer.data) ?? {};
  const expected = { ResourceArn, ...(revision ? { ExpectedRevisionId: revision } : {}) };
  const statement = {
    Sid: "Statement1",
    Effect: "Allow",
    Principal: { AWS: ResourceArn.split(":")[4] },
    Action: ["dynamodb:GetItem", "dynamodb:Query"],
    Resource: ResourceArn,
  };
  return (
    <PolicyPanel
      title="Resource-based policy"
      description="Who, of other accounts too, may use the table and its indexes. Streams have policies of their own."
      value={policy}
      template={JSON.stringify({ Version: "2012-10-17", Statement: [statement] })}
      busy={put.isPending || remove.isPending}
      error={put.error ?? remove.error}
      onSave={(text, onSuccess) =>
        text.trim() ? put.mutate({ ...expected, Policy: text }, { onSuccess }) : remove.mutate(expected, { onSuccess })
      }
      removable
    />
  );
}
