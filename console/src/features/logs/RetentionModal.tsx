import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { useState } from "react";

import { useSteps } from "../../aws/hooks";
import { deleteRetentionPolicy, putRetentionPolicy } from "../../aws/logs";
import { FormModal } from "../../pieces/FormModal";
import { RetentionField, retentionText } from "./retention";

/** Edit retention setting, of one group or of several. */
export function RetentionModal({ groups, onClose }: { groups: LogGroup[]; onClose: () => void }) {
  const [days, setDays] = useState(groups[0]?.retentionInDays);
  const save = useSteps<number | undefined, undefined>(
    async (retentionInDays, step) => {
      for (const { logGroupName } of groups)
        if (retentionInDays) await step(putRetentionPolicy, { logGroupName, retentionInDays });
        else await step(deleteRetentionPolicy, { logGroupName });
      return undefined;
    },
    { touches: ["logs"], says: `Retention setting: ${retentionText(days)}.`, ownError: true },
  );
  return (
    <FormModal
      title="Edit retention setting"
      action="Save"
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onSubmit={() => save.mutate(days, { onSuccess: onClose })}
    >
      <RetentionField days={days} onChange={setDays} />
    </FormModal>
  );
}
