import { lastPart } from "../../aws/arn";
import { useAws, useSteps } from "../../aws/hooks";
import { listPolicies } from "../../aws/iam";
import { ChooseModal } from "../../pieces/ChooseModal";
import type { HeldPolicy } from "./held-policies";
import type { Holder } from "./HeldPolicies";
import { managedOption } from "./PolicySelect";

interface Props {
  holder: Holder;
  /** The policies that it has already. */
  has: HeldPolicy[];
  onClose: () => void;
}

/** Choose managed policies, and attach them. */
export function AttachPoliciesModal({ holder, has, onClose }: Props) {
  const policies = useAws(listPolicies, {});
  const attach = useSteps<string[], undefined>(
    async (arns, step) => {
      for (const PolicyArn of arns) await holder.attach(PolicyArn, step);
      return undefined;
    },
    { touches: ["iam"], says: (_answer, arns) => `Attached ${arns.map(lastPart).join(", ")} to ${holder.name}.`, ownError: true },
  );
  return (
    <ChooseModal
      title={`Attach policies to ${holder.name}`}
      action="Add permissions"
      label="Managed policies"
      options={policies.data?.filter((policy) => !has.some((each) => each.arn === policy.Arn)).map(managedOption)}
      busy={attach.isPending}
      error={policies.error ?? attach.error}
      onChoose={(arns) => attach.mutate(arns, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
