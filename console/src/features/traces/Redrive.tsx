import Button from "@cloudscape-design/components/button";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { redriveFailures } from "../../aws/traces";

/** Sends what a trigger has given up once more. */
export function Redrive({ mapping }: { mapping: string }) {
  const navigate = useNavigate();
  const redrive = useChange(redriveFailures, { says: "What was given up is sent again." });
  return (
    <Button
      variant="inline-link"
      loading={redrive.isPending}
      onClick={() =>
        redrive.mutate({ EventSourceMappingUUID: mapping }, { onSuccess: ({ Replay }) => void navigate(to.replay(Replay.ReplayId)) })
      }
    >
      Redrive failures
    </Button>
  );
}
