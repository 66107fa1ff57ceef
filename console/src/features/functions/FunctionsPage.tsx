import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { deleteFunction, listFunctions } from "../../aws/lambda";
import { DeletableTable } from "../../pieces/DeletableTable";
import { DeleteEach } from "../../pieces/DeleteEach";
import { FUNCTION_COLUMNS } from "./columns";

/** All functions of the region. */
export default function FunctionsPage() {
  const functions = useAws(listFunctions, {});
  return (
    <DeletableTable
      query={functions}
      columns={FUNCTION_COLUMNS}
      title="Functions"
      what="functions"
      trackBy="FunctionName"
      sorting={{ column: { sortingField: "LastModified" }, descending: true }}
      create={{ text: "Create function", href: to.createFunction() }}
      deletion={(selected, onClose) => <DeleteFunctions names={selected.map(({ FunctionName = "" }) => FunctionName)} onClose={onClose} />}
    />
  );
}

/** Asks, then deletes functions one after the other. */
export function DeleteFunctions({ names, onClose }: { names: string[]; onClose: (done: boolean) => void }) {
  return (
    <DeleteEach
      what="function"
      names={names}
      operation={deleteFunction}
      inputs={names.map((FunctionName) => ({ FunctionName }))}
      onClose={onClose}
    >
      will be deleted for good, with code and versions. Logs and roles stay.
    </DeleteEach>
  );
}
