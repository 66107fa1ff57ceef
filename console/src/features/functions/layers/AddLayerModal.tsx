import type { Runtime } from "@aws-sdk/client-lambda";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { wording } from "../../../aws/errors";
import { useAws } from "../../../aws/hooks";
import { listLayers, listLayerVersions } from "../../../aws/lambda-layers";
import { FormModal } from "../../../pieces/FormModal";

interface Props {
  /** The function's, with which the layers that fit are told from the others. */
  runtime: Runtime | undefined;
  /** Called with the ARN of a layer's version. */
  onAdd: (arn: string) => void;
  onClose: () => void;
}

/** Chooses a version of a layer, or takes an ARN. */
export function AddLayerModal({ runtime, onAdd, onClose }: Props) {
  const [source, setSource] = useState("custom");
  const [name, setName] = useState("");
  const [arn, setArn] = useState("");
  const layers = useAws(listLayers, {});
  const versions = useAws(listLayerVersions, name ? { LayerName: name } : null);
  const version = versions.data?.find((each) => each.LayerVersionArn === arn);
  return (
    <FormModal title="Add layer" action="Add" busy={false} disabled={!arn} onSubmit={() => onAdd(arn)} onClose={onClose}>
      <FormField label="Layer source">
        <RadioGroup
          value={source}
          onChange={({ detail }) => {
            setSource(detail.value);
            setArn("");
            setName("");
          }}
          items={[
            { value: "custom", label: "Custom layers", description: "A layer of this account." },
            { value: "arn", label: "Specify an ARN", description: "A version of any layer." },
          ]}
        />
      </FormField>
      {source === "arn" && (
        <FormField label="ARN" description="Of a version of a layer.">
          <Input value={arn} placeholder="arn:aws:lambda:us-east-1:000000000000:layer:name:1" spellcheck={false} onChange={({ detail }) => setArn(detail.value)} />
        </FormField>
      )}
      {source === "custom" && (
        <SpaceBetween size="m">
          <FormField label="Custom layers" errorText={layers.error ? wording(layers.error) : ""}>
            <Select
              placeholder="Choose a layer"
              filteringType="auto"
              selectedOption={name ? { value: name, label: name } : null}
              options={(layers.data ?? []).map(({ LayerName: value = "", LatestMatchingVersion: latest }) => ({
                value,
                label: value,
                ...(latest?.Description ? { description: latest.Description } : {}),
              }))}
              statusType={layers.isPending ? "loading" : "finished"}
              loadingText="Asking for layers"
              empty="There is no layer yet"
              onChange={({ detail }) => {
                setName(detail.selectedOption.value ?? "");
                setArn("");
              }}
            />
          </FormField>
          <FormField label="Version" errorText={versions.error ? wording(versions.error) : ""}>
            <Select
              placeholder="Choose a version"
              disabled={!name}
              selectedOption={version ? { value: arn, label: String(version.Version) } : null}
              options={(versions.data ?? []).map((each) => ({
                value: each.LayerVersionArn ?? "",
                label: String(each.Version),
                ...(runtime && each.CompatibleRuntimes && !each.CompatibleRuntimes.includes(runtime) ? { description: `Says nothing of ${runtime}` } : {}),
              }))}
              statusType={versions.isPending ? "loading" : "finished"}
              loadingText="Asking for versions"
              onChange={({ detail }) => setArn(detail.selectedOption.value ?? "")}
            />
          </FormField>
        </SpaceBetween>
      )}
    </FormModal>
  );
}
