import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { useAws } from "../../../aws/hooks";
import { ResourceTable } from "../../../pieces/ResourceTable";
import type { PartProps } from "../tabs";
import { type ListedVersion, VERSION_COLUMNS } from "./columns";
import { DeleteQualifier } from "./DeleteQualifier";
import { publishedVersions } from "./published";
import { PublishVersionModal } from "./PublishVersionModal";

/** The published versions of a function, the newest first. */
export default function VersionsTab({ configuration }: PartProps) {
  const name = configuration.FunctionName ?? "";
  const versions = useAws(publishedVersions, { FunctionName: name });
  const [selected, setSelected] = useState<ListedVersion[]>([]);
  const [dialog, setDialog] = useState<"publish" | "delete" | null>(null);
  const [chosen] = selected;
  return (
    <>
      <ResourceTable
        variant="container"
        query={versions}
        columns={VERSION_COLUMNS}
        title="Versions"
        what="versions"
        trackBy="Version"
        findParameter="version"
        description="Snapshots of code and configuration, which can't be changed."
        selection={{ selected, onSelect: setSelected, type: "single" }}
        actions={
          <>
            <Button disabled={!chosen} onClick={() => setDialog("delete")}>
              Delete
            </Button>
            <Button onClick={() => setDialog("publish")}>Publish new version</Button>
          </>
        }
      />
      {dialog === "publish" && <PublishVersionModal functionName={name} onClose={() => setDialog(null)} />}
      {dialog === "delete" && chosen?.Version && (
        <DeleteQualifier
          functionName={name}
          qualifier={chosen.Version}
          onClose={(done) => {
            setDialog(null);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}
