import { useChange } from "../../../aws/hooks";
import { deleteFunction } from "../../../aws/lambda";
import { deleteAlias } from "../../../aws/lambda-versions";
import { DeleteModal } from "../../../pieces/DeleteModal";
import { qualified } from "./routing";

interface Props {
  functionName: string;
  /** A version or an alias. */
  qualifier: string;
  /** The page shows the version or alias itself, and is left afterwards. */
  leaves?: boolean;
  onClose: (done: boolean) => void;
}

/** Asks, then deletes a version or an alias. */
export function DeleteQualifier({ functionName, qualifier, leaves = false, onClose }: Props) {
  const isAlias = qualified(qualifier) === "alias";
  const what = isAlias ? "alias" : "version";
  const changing = { says: `Deleted ${what} ${qualifier} of the function ${functionName}.`, ownError: true, leaves };
  const dropAlias = useChange(deleteAlias, changing);
  const dropVersion = useChange(deleteFunction, changing);
  const onSuccess = () => onClose(true);
  const remove = () => {
    if (isAlias) dropAlias.mutate({ FunctionName: functionName, Name: qualifier }, { onSuccess });
    else dropVersion.mutate({ FunctionName: functionName, Qualifier: qualifier }, { onSuccess });
  };
  return (
    <DeleteModal
      title={`Delete ${what}`}
      busy={dropAlias.isPending || dropVersion.isPending}
      error={dropAlias.error ?? dropVersion.error}
      onDelete={remove}
      onClose={() => onClose(false)}
    >
      {isAlias ? "Alias" : "Version"} <b>{qualifier}</b> of {functionName} will be deleted for good
      {isAlias ? "; whoever calls the function by it is refused then. The versions stay." : ". The function and its other versions stay."}
    </DeleteModal>
  );
}
