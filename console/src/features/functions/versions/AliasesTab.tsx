import type { AliasConfiguration } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import { useMemo, useState } from "react";

import { useAws } from "../../../aws/hooks";
import { listAliases } from "../../../aws/lambda-versions";
import { ResourceTable } from "../../../pieces/ResourceTable";
import type { PartProps } from "../tabs";
import { AliasModal } from "./AliasModal";
import { aliasColumns } from "./columns";
import { DeleteQualifier } from "./DeleteQualifier";

/** The aliases of a function. */
export default function AliasesTab({ configuration }: PartProps) {
  const name = configuration.FunctionName ?? "";
  const aliases = useAws(listAliases, { FunctionName: name });
  const columns = useMemo(() => aliasColumns(name), [name]);
  const [selected, setSelected] = useState<AliasConfiguration[]>([]);
  const [dialog, setDialog] = useState<"create" | "edit" | "delete" | null>(null);
  const chosen = aliases.data?.find((alias) => alias.Name === selected[0]?.Name);
  return (
    <>
      <ResourceTable
        variant="container"
        query={aliases}
        columns={columns}
        title="Aliases"
        what="aliases"
        trackBy="Name"
        findParameter="alias"
        description="Names for versions, which callers and triggers use, and which can lead to another version at any time."
        selection={{ selected, onSelect: setSelected, type: "single" }}
        actions={
          <>
            <Button disabled={!chosen} onClick={() => setDialog("edit")}>
              Edit
            </Button>
            <Button disabled={!chosen} onClick={() => setDialog("delete")}>
              Delete
            </Button>
            <Button onClick={() => setDialog("create")}>Create alias</Button>
          </>
        }
      />
      {dialog === "create" && <AliasModal functionName={name} onClose={() => setDialog(null)} />}
      {dialog === "edit" && chosen && <AliasModal functionName={name} alias={chosen} onClose={() => setDialog(null)} />}
      {dialog === "delete" && chosen?.Name && (
        <DeleteQualifier
          functionName={name}
          qualifier={chosen.Name}
          onClose={(done) => {
            setDialog(null);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}
