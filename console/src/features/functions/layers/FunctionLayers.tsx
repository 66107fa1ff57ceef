import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";

import { to } from "../../../app/paths";
import { useChange } from "../../../aws/hooks";
import { updateFunctionConfiguration } from "../../../aws/lambda";
import { Copyable } from "../../../pieces/Copyable";
import { bytesText } from "../../../pieces/texts";
import type { PartProps } from "../tabs";
import { AddLayerModal } from "./AddLayerModal";
import { layerOf, LAYERS_MAX, moved } from "./layers";

/** The layers of a function: which, and in which order their files are laid over each other. */
export function FunctionLayers({ configuration, qualifier }: PartProps) {
  const now = (configuration.Layers ?? []).map(({ Arn = "" }) => Arn);
  const sizes = new Map((configuration.Layers ?? []).map(({ Arn = "", CodeSize = 0 }) => [Arn, CodeSize]));
  const [edited, setEdited] = useState<string[] | null>(null);
  const [adding, setAdding] = useState(false);
  const update = useChange(updateFunctionConfiguration, { says: `Successfully updated the function ${configuration.FunctionName}.` });
  const arns = edited ?? now;
  const save = () => update.mutate({ FunctionName: configuration.FunctionName, Layers: arns }, { onSuccess: () => setEdited(null) });
  const changed = edited !== null && edited.join() !== now.join();
  return (
    <>
      <Table
        header={
          <Header
            variant="h2"
            counter={`(${arns.length})`}
            description="Unpacked to /opt in this order: a later layer's files take the place of an earlier one's."
            actions={
              !qualifier && (
                <SpaceBetween direction="horizontal" size="xs">
                  {changed && (
                    <>
                      <Button onClick={() => setEdited(null)}>Cancel</Button>
                      <Button variant="primary" loading={update.isPending} onClick={save}>
                        Save
                      </Button>
                    </>
                  )}
                  <Button disabled={arns.length >= LAYERS_MAX} disabledReason="A function has five layers at most." onClick={() => setAdding(true)}>
                    Add a layer
                  </Button>
                </SpaceBetween>
              )
            }
          >
            Layers
          </Header>
        }
        items={arns}
        columnDefinitions={[
          { id: "order", header: "Merge order", cell: (arn) => arns.indexOf(arn) + 1 },
          { id: "name", header: "Name", isRowHeader: true, cell: (arn) => <Link href={to.layer(layerOf(arn).name)}>{layerOf(arn).name}</Link> },
          { id: "version", header: "Layer version", cell: (arn) => layerOf(arn).version },
          { id: "size", header: "Size", cell: (arn) => (sizes.has(arn) ? bytesText(sizes.get(arn) ?? 0) : "-") },
          { id: "arn", header: "Version ARN", cell: (arn) => <Copyable text={arn} what={`ARN of the layer ${layerOf(arn).name}`} /> },
          ...(qualifier
            ? []
            : [{ id: "change", header: "Change", minWidth: 130, cell: (arn: string) => <Changes arns={arns} arn={arn} onChange={setEdited} /> }]),
        ]}
        empty="No layers"
        ariaLabels={{ tableLabel: "Layers" }}
        wrapLines
      />
      {adding && (
        <AddLayerModal
          runtime={configuration.Runtime}
          onAdd={(arn) => {
            setAdding(false);
            setEdited([...arns.filter((each) => layerOf(each).name !== layerOf(arn).name), arn]);
          }}
          onClose={() => setAdding(false)}
        />
      )}
    </>
  );
}

function Changes({ arns, arn, onChange }: { arns: string[]; arn: string; onChange: (arns: string[]) => void }) {
  const at = arns.indexOf(arn);
  const { name } = layerOf(arn);
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      <Button variant="inline-icon" iconName="arrow-up" ariaLabel={`Merge ${name} earlier`} disabled={at === 0} onClick={() => onChange(moved(arns, at, -1))} />
      <Button
        variant="inline-icon"
        iconName="arrow-down"
        ariaLabel={`Merge ${name} later`}
        disabled={at === arns.length - 1}
        onClick={() => onChange(moved(arns, at, 1))}
      />
      <Button variant="inline-icon" iconName="remove" ariaLabel={`Remove ${name}`} onClick={() => onChange(arns.filter((each) => each !== arn))} />
    </SpaceBetween>
  );
}
