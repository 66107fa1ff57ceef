import Select, { type SelectProps } from "@cloudscape-design/components/select";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../../app/paths";
import { wording } from "../../../aws/errors";
import { useAws } from "../../../aws/hooks";
import { listAliases, listVersions } from "../../../aws/lambda-versions";
import { sharesOf, sharesText } from "./routing";

const LATEST = "$LATEST";
const WIDTH_PX = 160;

interface Props {
  functionName: string;
  qualifier: string | undefined;
}

/** Leads to the function itself ($LATEST), one of its versions, or one of its aliases; asks for them once it is opened. */
export function QualifierSwitcher({ functionName, qualifier = LATEST }: Props) {
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const asked = opened ? { FunctionName: functionName } : null;
  const [versions, aliases] = [useAws(listVersions, asked), useAws(listAliases, asked)];
  const error = versions.error ?? aliases.error;
  const options: SelectProps.Options = [
    {
      label: "Versions",
      options: (versions.data ?? []).map(({ Version: value = "", Description: about }) => ({
        value,
        label: value,
        ...(about && value !== LATEST ? { description: about } : {}),
      })),
    },
    {
      label: "Aliases",
      options: (aliases.data ?? []).map((alias) => ({
        value: alias.Name ?? "",
        label: alias.Name ?? "",
        description: `Version ${sharesText(sharesOf(alias))}`,
      })),
    },
  ].filter((group) => group.options.length > 0);
  return (
    <div style={{ minWidth: WIDTH_PX }}>
      <Select
        inlineLabelText="Qualifier"
        selectedOption={{ value: qualifier, label: qualifier }}
        options={options}
        filteringType="auto"
        filteringAriaLabel="Find versions and aliases"
        filteringPlaceholder="Find versions and aliases"
        statusType={error ? "error" : versions.isPending || aliases.isPending ? "loading" : "finished"}
        loadingText="Asking for versions and aliases"
        errorText={error ? wording(error) : ""}
        onLoadItems={() => setOpened(true)}
        onChange={({ detail }) => {
          const { value } = detail.selectedOption;
          void navigate(to.function(functionName, value && value !== LATEST ? { qualifier: value } : {}));
        }}
      />
    </div>
  );
}
