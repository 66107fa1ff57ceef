import { type Architecture, Runtime } from "@aws-sdk/client-lambda";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { publishLayerVersion } from "../../aws/lambda-layers";
import { FormPage } from "../../pieces/FormPage";
import { useParameter } from "../../pieces/useParameter";
import { ZipField } from "../../pieces/ZipField";

const RUNTIMES_MAX = 15;
const RUNTIMES = Object.values(Runtime).filter((runtime) => /^(python3|nodejs(1[89]|2)|java|provided)/.test(runtime));
const ARCHITECTURES: Architecture[] = ["x86_64", "arm64"];

/** Create a layer, or the next version of one: `layer` in the address. */
export default function CreateLayerPage() {
  const navigate = useNavigate();
  const [layer] = useParameter("layer");
  const [name, setName] = useState(layer);
  const [description, setDescription] = useState("");
  const [license, setLicense] = useState("");
  const [archive, setArchive] = useState<Uint8Array | null>(null);
  const [runtimes, setRuntimes] = useState<Runtime[]>([]);
  const [architectures, setArchitectures] = useState<Architecture[]>([]);
  const publish = useChange(publishLayerVersion, {
    says: ({ Version }) => `Successfully created version ${Version} of the layer ${name}.`,
    ownError: true,
  });
  const submit = () => {
    if (!archive) return;
    publish.mutate(
      {
        LayerName: name,
        Content: { ZipFile: archive },
        ...(description ? { Description: description } : {}),
        ...(license ? { LicenseInfo: license } : {}),
        ...(runtimes.length ? { CompatibleRuntimes: runtimes } : {}),
        ...(architectures.length ? { CompatibleArchitectures: architectures } : {}),
      },
      { onSuccess: () => void navigate(to.layer(name)) },
    );
  };
  return (
    <FormPage
      title={layer ? "Create version" : "Create layer"}
      submit="Create"
      onSubmit={submit}
      cancel={layer ? to.layer(layer) : to.layers()}
      busy={publish.isPending}
      disabled={!name || !archive}
      error={publish.error}
    >
      <Container header={<Header variant="h2">Layer configuration</Header>}>
        <SpaceBetween size="l">
          <FormField label="Name" constraintText="Up to 64 letters, numbers, hyphens and underscores.">
            <Input value={name} disabled={Boolean(layer)} spellcheck={false} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          <FormField label={<span>Description - <i>optional</i></span>}>
            <Input ariaLabel="Description" value={description} onChange={({ detail }) => setDescription(detail.value)} />
          </FormField>
          <ZipField
            label="Package"
            description="It is unpacked to /opt: Python looks in python/, Node.js in nodejs/node_modules/."
            onChange={setArchive}
          />
          <Choice label="Compatible architectures" all={ARCHITECTURES} value={architectures} onChange={setArchitectures} />
          <Choice label="Compatible runtimes" all={RUNTIMES} value={runtimes} onChange={(chosen) => setRuntimes(chosen.slice(0, RUNTIMES_MAX))} />
          <FormField label={<span>License - <i>optional</i></span>}>
            <Input ariaLabel="License" value={license} placeholder="Apache-2.0" onChange={({ detail }) => setLicense(detail.value)} />
          </FormField>
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

interface ChoiceProps<Name> {
  label: string;
  all: Name[];
  value: Name[];
  onChange: (names: Name[]) => void;
}

/** Some of several names. */
function Choice<Name extends string>({ label, all, value, onChange }: ChoiceProps<Name>) {
  return (
    <FormField label={<span>{label} - <i>optional</i></span>} description="What lists of layers are filtered by; it keeps no function from the layer.">
      <Multiselect
        ariaLabel={label}
        placeholder="None"
        filteringType="auto"
        selectedOptions={value.map((name) => ({ value: name, label: name }))}
        options={all.map((name) => ({ value: name, label: name }))}
        onChange={({ detail }) => onChange(all.filter((name) => detail.selectedOptions.some((option) => option.value === name)))}
      />
    </FormField>
  );
}
