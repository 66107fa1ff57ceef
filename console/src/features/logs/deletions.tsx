import { useSteps } from "../../aws/hooks";
import { deleteLogGroup, deleteLogStream } from "../../aws/logs";
import { DeleteModal } from "../../pieces/DeleteModal";

interface Props {
  names: string[];
  /** Told whether it has deleted. */
  onClose: (done: boolean) => void;
}

/** Asks, and deletes log groups with all that is in them. */
export function DeleteLogGroups({ names, onClose, leaves = false }: Props & { leaves?: boolean }) {
  const all = names.join(", ");
  const remove = useSteps<string[], undefined>(
    async (chosen, step) => {
      for (const logGroupName of chosen) await step(deleteLogGroup, { logGroupName });
      return undefined;
    },
    { touches: ["logs"], says: `Deleted ${all}.`, ownError: true, leaves },
  );
  return (
    <DeleteModal
      title={names.length === 1 ? "Delete log group" : "Delete log groups"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(names, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{all}</b> and all log events will be deleted for good. A function makes its log group anew when it next writes.
    </DeleteModal>
  );
}

/** Asks, and deletes streams of a group with their events. */
export function DeleteLogStreams({ group, names, onClose }: Props & { group: string }) {
  const all = names.join(", ");
  const remove = useSteps<string[], undefined>(
    async (chosen, step) => {
      for (const logStreamName of chosen) await step(deleteLogStream, { logGroupName: group, logStreamName });
      return undefined;
    },
    { touches: ["logs"], says: `Deleted ${all}.`, ownError: true },
  );
  return (
    <DeleteModal
      title={names.length === 1 ? "Delete log stream" : "Delete log streams"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(names, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{all}</b> and all log events in {names.length === 1 ? "it" : "them"} will be deleted for good.
    </DeleteModal>
  );
}
