import type { LayerVersionsListItem } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws, useSteps } from "../../aws/hooks";
import { deleteLayerVersion, listLayerVersions } from "../../aws/lambda-layers";
import { DeleteModal } from "../../pieces/DeleteModal";
import { NotFound } from "../../pieces/NotFound";
import { ResourceTable } from "../../pieces/ResourceTable";
import { LAYER_VERSION_COLUMNS } from "./columns";

/** One layer: its versions, the newest first. */
export default function LayerPage() {
  const { layer: name = "" } = useParams();
  const navigate = useNavigate();
  const versions = useAws(listLayerVersions, { LayerName: name });
  const [selected, setSelected] = useState<LayerVersionsListItem[]>([]);
  const [deleting, setDeleting] = useState(false);
  if (versions.data?.length === 0) return <NotFound what="layer" name={name} back={{ text: "Layers", href: to.layers() }} />;
  const deleted = () => {
    setDeleting(false);
    setSelected([]);
    if (selected.length === versions.data?.length) void navigate(to.layers());
  };
  return (
    <>
      <ResourceTable
        query={versions}
        columns={LAYER_VERSION_COLUMNS}
        title={name}
        what="versions"
        trackBy="Version"
        description="The versions of the layer. Each is what it was published as, for good."
        wrapLines
        selection={{ selected, onSelect: setSelected }}
        actions={
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={to.createLayer(name)}>
              Create version
            </Button>
          </>
        }
      />
      {deleting && <DeleteVersions name={name} versions={selected} onDeleted={deleted} onClose={() => setDeleting(false)} />}
    </>
  );
}

interface DeleteProps {
  name: string;
  versions: LayerVersionsListItem[];
  onDeleted: () => void;
  onClose: () => void;
}

function DeleteVersions({ name: LayerName, versions, onDeleted, onClose }: DeleteProps) {
  const numbers = versions.map(({ Version }) => Version ?? 0);
  const words = `${numbers.length === 1 ? "version" : "versions"} ${numbers.join(", ")}`;
  const remove = useSteps<number[], undefined>(
    async (all, step) => {
      for (const VersionNumber of all) await step(deleteLayerVersion, { LayerName, VersionNumber });
      return undefined;
    },
    { touches: ["lambda"], says: `Deleted ${words} of the layer ${LayerName}.`, ownError: true },
  );
  return (
    <DeleteModal
      title={numbers.length === 1 ? "Delete version" : "Delete versions"}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(numbers, { onSuccess: onDeleted })}
      onClose={onClose}
    >
      No function can be given {words} of <b>{LayerName}</b> any more. Functions that have it keep it.
    </DeleteModal>
  );
}
