import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useState } from "react";

import { fill, typeOfArn } from "./arn-form";
import { ArnModal } from "./ArnModal";
import { type Service, typesOf } from "./catalog";
import { type Block, lacksResources } from "./visual";

interface Props {
  service: Service;
  block: Block;
  onChange: (resources: string[]) => void;
}

/** On what the actions are allowed: everything, or the resources that are named, type by type. */
export function ResourcePicker({ service, block, onChange }: Props) {
  const all = block.resources.join() === "*";
  const [adding, setAdding] = useState<string | null>(null);
  const lacking = lacksResources(block);
  const types = typesOf(service, block.actions);
  const arns = all ? [] : block.resources;
  const without = arns.filter((arn) => !types.includes(typeOfArn(service.resources, arn) ?? ""));
  return (
    <ExpandableSection headerText="Resources" defaultExpanded headingTagOverride="h4" headerDescription="On which resources the actions are allowed.">
      <SpaceBetween size="m">
        <RadioGroup
          ariaLabel="Resources"
          value={all ? "all" : "specific"}
          onChange={({ detail }) => onChange(detail.value === "all" ? ["*"] : [])}
          items={[
            { value: "all", label: "All" },
            { value: "specific", label: "Specific" },
          ]}
        />
        {!all && block.actions.length === 0 && <Box color="text-body-secondary">Choose actions to see what they can be restricted to.</Box>}
        {!all && block.actions.length > 0 && types.length === 0 && (
          <Box color="text-body-secondary">These actions can't be restricted to a resource: they are allowed on all.</Box>
        )}
        {lacking && <Alert type="warning">{lacking}</Alert>}
        {!all &&
          types.map((type) => {
            const form = service.resources[type] ?? "";
            const own = arns.filter((arn) => typeOfArn(service.resources, arn) === type);
            const any = fill(form, {});
            return (
              <SpaceBetween key={type} size="xs">
                <SpaceBetween direction="horizontal" size="s" alignItems="center">
                  <Box fontWeight="bold">{type}</Box>
                  <Button ariaLabel={`Add ARNs of ${type}`} onClick={() => setAdding(type)}>
                    Add ARNs
                  </Button>
                  <Checkbox
                    ariaLabel={`Any ${type} in this account`}
                    checked={own.includes(any)}
                    onChange={({ detail }) =>
                      onChange(detail.checked ? [...arns.filter((arn) => !own.includes(arn)), any] : arns.filter((arn) => arn !== any))
                    }
                  >
                    Any in this account
                  </Checkbox>
                </SpaceBetween>
                <Tokens arns={own} onRemove={(gone) => onChange(arns.filter((arn) => arn !== gone))} />
              </SpaceBetween>
            );
          })}
        {without.length > 0 && (
          <SpaceBetween size="xs">
            <Box fontWeight="bold">Other resources</Box>
            <Tokens arns={without} onRemove={(gone) => onChange(arns.filter((arn) => arn !== gone))} />
          </SpaceBetween>
        )}
      </SpaceBetween>
      {adding !== null && (
        <ArnModal
          type={adding}
          form={service.resources[adding] ?? ""}
          onClose={() => setAdding(null)}
          onAdd={(arn) => {
            onChange([...new Set([...arns, arn])]);
            setAdding(null);
          }}
        />
      )}
    </ExpandableSection>
  );
}

function Tokens({ arns, onRemove }: { arns: string[]; onRemove: (arn: string) => void }) {
  if (arns.length === 0) return null;
  return (
    <TokenGroup
      alignment="vertical"
      items={arns.map((arn) => ({ label: arn, dismissLabel: `Remove ${arn}` }))}
      onDismiss={({ detail }) => onRemove(arns[detail.itemIndex] ?? "")}
    />
  );
}
