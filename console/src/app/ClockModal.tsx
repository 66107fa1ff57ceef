import Alert from "@cloudscape-design/components/alert";
import { useState } from "react";

import { DateTimeFields } from "../pieces/DateTimeFields";
import { FormModal } from "../pieces/FormModal";
import { localText, timeOf } from "../pieces/local-time";
import { clockText, endsSession, type ServerClock, useAdvanceClock } from "./server-clock";

interface Props {
  clock: ServerClock;
  onClose: () => void;
}

/** Move the server's clock ahead to any time. */
export default function ClockModal({ clock, onClose }: Props) {
  const [typed, setTyped] = useState(() => localText(new Date(clock.now)));
  const advance = useAdvanceClock();
  const time = timeOf(typed)?.getTime() ?? 0;
  return (
    <FormModal
      title="Move the server's time ahead"
      action="Move the clock"
      busy={advance.isPending}
      disabled={time <= clock.now}
      onSubmit={() => advance.move({ Time: time / 1000 }, onClose)}
      onClose={onClose}
    >
      <div>It is {clockText(clock.now)}, and can only be moved ahead. What waits for a time until then happens at once.</div>
      <DateTimeFields value={typed} onChange={setTyped} isEnabled={(day) => day.getTime() > clock.now - DAY_MS} />
      {endsSession(time) && <Alert type="warning">Your session ends, too: sign in again afterwards.</Alert>}
    </FormModal>
  );
}

const DAY_MS = 86_400_000;
