import Button from "@cloudscape-design/components/button";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { listLayers } from "../../aws/lambda-layers";
import { ResourceTable } from "../../pieces/ResourceTable";
import { LAYER_COLUMNS } from "./columns";

/** All layers of the region, each with its newest version. */
export default function LayersPage() {
  const layers = useAws(listLayers, {});
  return (
    <ResourceTable
      query={layers}
      columns={LAYER_COLUMNS}
      title="Layers"
      what="layers"
      trackBy="LayerName"
      description="Archives of libraries and files that functions share."
      sorting={{ column: { sortingField: "LayerName" } }}
      actions={
        <Button variant="primary" href={to.createLayer()}>
          Create layer
        </Button>
      }
    />
  );
}
