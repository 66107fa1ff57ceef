import type { AliasConfiguration } from "@aws-sdk/client-lambda";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { wording } from "../../../aws/errors";
import { useAws, useChange } from "../../../aws/hooks";
import { createAlias, listVersions, updateAlias } from "../../../aws/lambda-versions";
import { FormModal } from "../../../pieces/FormModal";
import { routingOf, sharesOf } from "./routing";

const NONE = { value: "", label: "None" };

interface Props {
  functionName: string;
  /** The alias that is changed; a new one is made without. */
  alias?: AliasConfiguration;
  /** The version that a new one leads to at first. */
  version?: string;
  onClose: () => void;
}

/** An alias with its version, and a second one that has a share of the calls. */
export function AliasModal({ functionName: FunctionName, alias, version: first = "$LATEST", onClose }: Props) {
  const [own, other] = alias ? sharesOf(alias) : [{ version: first }];
  const [name, setName] = useState(alias?.Name ?? "");
  const [description, setDescription] = useState(alias?.Description ?? "");
  const [version, setVersion] = useState(own?.version ?? first);
  const [additional, setAdditional] = useState(other?.version ?? "");
  const [percent, setPercent] = useState(String(other?.percent ?? 0));
  const versions = useAws(listVersions, { FunctionName });
  const asked = { statusType: versions.isPending ? ("loading" as const) : ("finished" as const), loadingText: "Asking for versions" };
  const options = (versions.data ?? []).map(({ Version: value = "", Description: about }) => ({ value, label: value, ...(about ? { description: about } : {}) }));
  const create = useChange(createAlias, { says: `Successfully created the alias ${name}.`, ownError: true });
  const update = useChange(updateAlias, { says: `Successfully updated the alias ${name}.`, ownError: true });
  const submit = () => {
    const wanted = { FunctionName, Name: name, FunctionVersion: version, Description: description, RoutingConfig: routingOf(additional, percent) };
    if (alias) update.mutate({ ...wanted, RevisionId: alias.RevisionId }, { onSuccess: onClose });
    else create.mutate(wanted, { onSuccess: onClose });
  };
  return (
    <FormModal
      title={alias ? `Edit alias ${name}` : "Create alias"}
      action={alias ? "Save" : "Create"}
      busy={create.isPending || update.isPending}
      error={create.error ?? update.error}
      disabled={!name}
      onSubmit={submit}
      onClose={onClose}
    >
      {!alias && (
        <FormField label="Name" constraintText="1 to 128 letters, numbers, hyphens or underscores, not all of them numbers.">
          <Input value={name} spellcheck={false} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      )}
      <FormField label={<span>Description - <i>optional</i></span>}>
        <Input ariaLabel="Description" value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      <FormField label="Version" description="The version that callers of the alias reach." errorText={versions.error ? wording(versions.error) : ""}>
        <Select
          {...asked}
          selectedOption={{ value: version, label: version }}
          options={options}
          filteringType="auto"
          onChange={({ detail }) => setVersion(detail.selectedOption.value ?? version)}
        />
      </FormField>
      <ExpandableSection headerText="Weighted alias" headingTagOverride="h3" defaultExpanded={Boolean(other)}>
        <SpaceBetween size="m">
          <FormField label="Additional version" description="A published version that some of the calls are given, to try it.">
            <Select
              {...asked}
              selectedOption={additional ? { value: additional, label: additional } : NONE}
              options={[NONE, ...options.filter(({ value }) => value !== "$LATEST" && value !== version)]}
              onChange={({ detail }) => setAdditional(detail.selectedOption.value ?? "")}
            />
          </FormField>
          <FormField
            label="Weight"
            description="The additional version's share of the calls, in percent."
            constraintText={additional ? `Version ${version} has the other ${100 - Number(percent)}%.` : "0 to 100."}
          >
            <Input type="number" disabled={!additional} value={percent} onChange={({ detail }) => setPercent(detail.value)} />
          </FormField>
        </SpaceBetween>
      </ExpandableSection>
    </FormModal>
  );
}
