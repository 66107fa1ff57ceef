import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws, useSteps } from "../../aws/hooks";
import { deleteFunction, listFunctions } from "../../aws/lambda";
import { DeleteModal } from "../../pieces/DeleteModal";
import { ResourceTable } from "../../pieces/ResourceTable";
import { FUNCTION_COLUMNS } from "./columns";

/** All functions of the region. */
export default function FunctionsPage() {
  const functions = useAws(listFunctions, {});
  const [selected, setSelected] = useState<FunctionConfiguration[]>([]);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <ResourceTable
        query={functions}
        columns={FUNCTION_COLUMNS}
        title="Functions"
        what="functions"
        trackBy="FunctionName"
        selection={{ selected, onSelect: setSelected }}
        sorting={{ column: { sortingField: "LastModified" }, descending: true }}
        actions={
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={to.createFunction()}>
              Create function
            </Button>
          </>
        }
      />
      {deleting && (
        <DeleteFunctions
          names={selected.map((it) => it.FunctionName ?? "")}
          onClose={(done) => {
            setDeleting(false);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}

/** Asks, then deletes functions one after the other. */
export function DeleteFunctions({ names, onClose }: { names: string[]; onClose: (done: boolean) => void }) {
  const remove = useSteps<string[], undefined>(
    async (all, step) => {
      for (const FunctionName of all) await step(deleteFunction, { FunctionName });
      return undefined;
    },
    { touches: ["lambda"], says: `Deleted ${names.join(", ")}.`, ownError: true },
  );
  return (
    <DeleteModal
      title={names.length === 1 ? "Delete function" : "Delete functions"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(names, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{names.join(", ")}</b> will be deleted for good, with code and versions. Logs and roles stay.
    </DeleteModal>
  );
}
