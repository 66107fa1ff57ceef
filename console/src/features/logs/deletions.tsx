import { deleteLogGroup, deleteLogStream } from "../../aws/logs";
import { DeleteEach } from "../../pieces/DeleteEach";

interface Props {
  names: string[];
  /** Told whether it has deleted. */
  onClose: (done: boolean) => void;
}

/** Asks, and deletes log groups with all that is in them. */
export function DeleteLogGroups({ names, onClose, leaves = false }: Props & { leaves?: boolean }) {
  return (
    <DeleteEach
      what="log group"
      names={names}
      operation={deleteLogGroup}
      inputs={names.map((logGroupName) => ({ logGroupName }))}
      leaves={leaves}
      onClose={onClose}
    >
      and all log events will be deleted for good. A function makes its log group anew when it next writes.
    </DeleteEach>
  );
}

/** Asks, and deletes streams of a group with their events. */
export function DeleteLogStreams({ group, names, onClose }: Props & { group: string }) {
  return (
    <DeleteEach
      what="log stream"
      names={names}
      operation={deleteLogStream}
      inputs={names.map((logStreamName) => ({ logGroupName: group, logStreamName }))}
      onClose={onClose}
    >
      and all log events in {names.length === 1 ? "it" : "them"} will be deleted for good.
    </DeleteEach>
  );
}
