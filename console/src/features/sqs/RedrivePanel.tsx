import type { ListMessageMoveTasksResultEntry } from "@aws-sdk/client-sqs";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import { useAws, useChange } from "../../aws/hooks";
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from "../../aws/sqs";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import type { Queue } from "./queue";
import { TASK_COLUMNS } from "./task-columns";

const TASKS_MAX = 10;
const POLL_MS = 2_000;

function isRunning(task: ListMessageMoveTasksResultEntry): boolean {
  return task.Status === "RUNNING" || task.Status === "CANCELLING";
}

/** The way back of dead letters to the queues that they came from. */
export function RedrivePanel({ queue }: { queue: Queue }) {
  const tasks = useAws(
    listMessageMoveTasks,
    { SourceArn: queue.arn, MaxResults: TASKS_MAX },
    { every: (found) => (found?.Results?.some(isRunning) ? POLL_MS : false) },
  );
  const start = useChange(startMessageMoveTask, { says: "The redrive has begun.", ownError: true });
  const cancel = useChange(cancelMessageMoveTask, { says: "The redrive is being cancelled.", ownError: true });
  const items = (tasks.data?.Results ?? []).map((task) => ({ ...task, id: `${task.StartedTimestamp}` }));
  const running = items.find(isRunning);
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={tasks.error ?? start.error ?? cancel.error} />
      <Table
        items={items}
        columnDefinitions={TASK_COLUMNS}
        trackBy="id"
        loading={tasks.isPending && !tasks.error}
        loadingText="Asking for tasks"
        empty="No redrive yet"
        ariaLabels={{ tableLabel: "Redrive tasks" }}
        header={
          <Header
            variant="h2"
            description="Moves all messages of this queue to the queues that they came from."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  disabled={!running?.TaskHandle}
                  loading={cancel.isPending}
                  onClick={() => cancel.mutate({ TaskHandle: running?.TaskHandle ?? "" })}
                >
                  Cancel redrive
                </Button>
                <Button
                  variant="primary"
                  disabled={Boolean(running)}
                  loading={start.isPending}
                  onClick={() => start.mutate({ SourceArn: queue.arn })}
                >
                  Start DLQ redrive
                </Button>
              </SpaceBetween>
            }
          >
            Redrive tasks
          </Header>
        }
      />
    </SpaceBetween>
  );
}
