import Button from "@cloudscape-design/components/button";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { allReplays } from "./all-replays";
import { ResourceTable } from "../../pieces/ResourceTable";
import { REPLAY_COLUMNS } from "./columns";

const POLL_MS = 2_000;

/** All replays of the region, those that have ended for seven days. */
export default function ReplaysPage() {
  const replays = useAws(allReplays, {}, { every: (found) => (found?.every((replay) => replay.EndedTime) ? false : POLL_MS) });
  return (
    <ResourceTable
      query={replays}
      columns={REPLAY_COLUMNS}
      title="Replays"
      description="A replay sends records that a stream still has to a function once more. No trigger's position moves."
      what="replays"
      trackBy="ReplayId"
      actions={
        <Button variant="primary" href={to.startReplay()}>
          Start replay
        </Button>
      }
    />
  );
}
