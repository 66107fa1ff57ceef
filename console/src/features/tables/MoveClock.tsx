import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";

import { to } from "../../app/paths";
import { endsSession, type ServerClock, useAdvanceClock } from "../../app/server-clock";
import { timeText } from "../../pieces/texts";

interface Props {
  table: TableDescription;
  clock: ServerClock;
  /** Seconds since 1970. */
  by: number;
  moved: boolean;
  onMoved: () => void;
}

/** Moves the server's clock to a time, where it can be moved, and leads to the records of what was deleted. */
export function MoveClock({ table, clock, by, moved, onMoved }: Props) {
  const advance = useAdvanceClock();
  const time = timeText(by * 1000);
  if (moved) return <Moved table={table} time={time} />;
  if (!clock.movable)
    return (
      <Alert type="info" header="This server's clock can't be moved">
        It goes by the machine&apos;s. A server that is started with <Box variant="code">--movable-clock</Box> can be moved to a
        later time, so that you see what expires.
      </Alert>
    );
  if (by * 1000 <= clock.now) return <Alert type="info">That time is over: what has expired by then is deleted already. The clock moves ahead only.</Alert>;
  return (
    <Alert
      type="info"
      header="Move the server's clock there"
      action={
        <Button formAction="none" loading={advance.isPending} onClick={() => advance.move({ Time: by }, onMoved)}>
          Move the clock
        </Button>
      }
    >
      The whole server will be at {time}, and stay ahead: items of all tables expire, what waits for a time is done, and sessions end
      {endsSession(by * 1000) ? ", yours, too" : ""}. It can&apos;t be moved back.
    </Alert>
  );
}

function Moved({ table, time }: { table: TableDescription; time: string }) {
  return (
    <Alert type="success" header={`The server is at ${time}`}>
      What has expired is being deleted.{" "}
      {table.StreamSpecification?.StreamEnabled ? (
        <>
          <Link href={to.table(table.TableName ?? "", "streams")}>See it in the live records</Link>: each deletion is a REMOVE, whose user
          identity is the service, dynamodb.amazonaws.com.
        </>
      ) : (
        "The table has no stream that would tell of it."
      )}
    </Alert>
  );
}
